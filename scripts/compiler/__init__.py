"""The spec compiler: `spec/` in, `generated/` out, nothing in between by hand."""
