"""Tokens: where they come from, and httpx's form of them."""
