"""Faults on demand: what they are, when they happen, and how a client sees them."""
