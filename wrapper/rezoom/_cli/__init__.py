"""The command line behind `rezoom.cli`."""
