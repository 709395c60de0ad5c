# Generated from spec/openapi.yaml (sha256 5ff0fcc536f2cb11) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains endpoint functions for accessing the API"""
