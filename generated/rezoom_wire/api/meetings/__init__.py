# Generated from spec/openapi.yaml (sha256 c40d5435f88df3b5) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains endpoint functions for accessing the API"""
