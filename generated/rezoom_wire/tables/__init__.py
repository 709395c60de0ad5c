# Generated from spec/openapi.yaml (sha256 89f8596efe920472) by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""Long tables of `facts`, which loads them."""
