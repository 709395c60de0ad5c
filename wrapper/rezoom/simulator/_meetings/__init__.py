"""What the simulated Zoom makes of a meeting and of a change to it."""
