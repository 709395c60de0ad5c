"""Safe change: plans from one read, verdicts from two, and the way back; pure."""
