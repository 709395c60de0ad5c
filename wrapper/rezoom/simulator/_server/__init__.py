"""The simulator over HTTP: its app, its server, and its control endpoint."""
