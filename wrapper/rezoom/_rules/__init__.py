"""Judging a change before it is sent: its form, its rules, and its meeting."""
