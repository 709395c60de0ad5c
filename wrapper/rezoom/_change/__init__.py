"""Safe change: plans from one read, verification from two, and the way back; pure."""
