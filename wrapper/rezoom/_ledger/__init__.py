"""Counting what is spent: the model, the policy, and the ledgers that keep the count."""
