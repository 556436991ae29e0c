# ruff: noqa: INP001, S310, T201 - a script of its own: helm runs it in a pod that has nothing but Python
"""Asks a gateway, whose address is the first argument, what an operator wants to know after an install."""

import json
import sys
import urllib.error
import urllib.request


def ask(path):
    """Status and body of a GET; an answer of 400 and above is an answer."""
    try:
        with urllib.request.urlopen(sys.argv[1] + path, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


status, body = ask("/readyz")
assert status == 200, f"not ready: {body.decode()}"
status, body = ask("/v1/openapi.json")
assert status == 200, f"the OpenAPI document: {status}"
assert json.loads(body)["paths"], "the OpenAPI document is empty"
status, body = ask("/v1/clues")
assert status == 401, f"a caller without a token got {status}"
status, body = ask("/dev/token")
assert status == 404, "the development routes are open"
print("heli: ready, documented, closed to strangers")
