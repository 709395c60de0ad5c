# Generated from spec/openapi.yaml (sha256 668b80ed26a5754c) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains methods for accessing the API"""
