# Generated from spec/openapi.yaml (sha256 5f681a8f2d65a3d9) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains methods for accessing the API"""
