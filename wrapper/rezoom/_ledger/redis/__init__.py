"""A ledger in Redis or Valkey, shared by all machines that reach the server."""
