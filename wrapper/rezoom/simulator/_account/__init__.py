"""The simulated account: its users, its tokens, and its limits."""
