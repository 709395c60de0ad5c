"""Where the simulated meetings live, and the files they begin with."""
