# Generated from spec/openapi.yaml (sha256 d0c5be85f61b0fb5) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Contains methods for accessing the API"""
