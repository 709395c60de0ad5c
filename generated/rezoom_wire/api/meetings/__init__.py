# Generated from spec/openapi.yaml (sha256 bb2e236060392997) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains endpoint functions for accessing the API"""
