"""`python -m heli_local.issuer` runs the issuer."""

from heli_local.issuer.app import serve

serve()
