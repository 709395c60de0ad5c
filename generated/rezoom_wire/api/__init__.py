# Generated from spec/openapi.yaml (sha256 a74a40a06b2c1f2b) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains methods for accessing the API"""
