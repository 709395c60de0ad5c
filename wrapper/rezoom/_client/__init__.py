"""The clients: their options, their operations, and the two faces."""
