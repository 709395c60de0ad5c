"""The commands; small ones that belong together share a module."""
