"""The spec compiler: `spec/openapi.yaml` in, `generated/` out, nothing in between by hand."""
