"""Single tokens are revoked by whoever holds them and by administrators, and forgotten when they would have expired."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from chassis.testing.harness import Harness, TestIssuer
from personnel_pool_service.token_revocations.service import forget_expired
from sqlalchemy import text

PATH = "/v1/token-revocations"


async def _revoked(client: Any) -> list[str]:
    answer = await client.get("/revoked-tokens")
    assert answer.status_code == 200
    ids: list[str] = answer.json()["jtis"]
    return ids


async def test_whoever_holds_a_token_revokes_it(client: Any, issuer: TestIssuer, harness: Harness) -> None:
    token = issuer.token("zhang", unit="sup1-xn", roles=["handler"], jti="mine-1")
    headers = {"Authorization": f"Bearer {token}"}
    made = await client.post(PATH, json={"token": token}, headers=headers)
    assert made.status_code == 201
    told = made.json()
    assert (told["jti"], told["sub"], told["revoked_by"]) == ("mine-1", "zhang", "zhang")
    again = await client.post(PATH, json={"token": token}, headers=headers)
    assert (again.status_code, again.json()) == (200, told)
    assert (await client.get(made.headers["location"], headers=headers)).json() == told
    assert await _revoked(client) == ["mine-1"]
    async with harness.resources.database.sessions() as session:
        assert await session.scalar(text("select count(*) from audit_entry where action = 'revoke_token'")) == 1
        kept = await session.scalar(text("select row_to_json(r)::text from token_revocation r"))
    assert token.split(".")[2] not in str(kept), "the token itself is kept nowhere"


async def test_a_token_of_another_can_be_handed_in(client: Any, issuer: TestIssuer) -> None:
    found, own = issuer.token("li", jti="li-1"), issuer.token("zhang", roles=["handler"])
    made = await client.post(PATH, json={"token": found}, headers={"Authorization": f"Bearer {own}"})
    assert (made.status_code, made.json()["sub"]) == (201, "li")


async def test_by_id_only_administrators_revoke_and_read(call: Any, client: Any) -> None:
    refused = await call("handler@sup1-xn", "POST", PATH, json={"jti": "other-1"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert (await call("handler@sup1-xn", "GET", PATH)).status_code == 403
    made = await call("platform_admin", "POST", PATH, json={"jti": "other-1"})
    ends = datetime.fromisoformat(made.json()["expires_at"])
    assert 23 * 3600 < ends.timestamp() - time.time() < 25 * 3600
    await call("platform_admin", "POST", PATH, json={"jti": "other-2"})
    first = (await call("platform_admin", "GET", f"{PATH}?limit=1")).json()
    rest = (await call("platform_admin", "GET", f"{PATH}?cursor={first['next_cursor']}")).json()
    assert [one["jti"] for one in first["items"] + rest["items"]] == ["other-1", "other-2"]
    assert (await call("handler@sup1-xn", "GET", made.headers["location"])).status_code == 404
    assert await _revoked(client) == ["other-1", "other-2"]


async def test_what_is_no_token_or_has_no_id_is_refused(call: Any, issuer: TestIssuer) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"token": "nonsense"}, "not_valid"),
        ({"token": issuer.token("x", expires_in=-60)}, "not_valid"),
        ({"token": TestIssuer().token("x")}, "not_valid"),
        ({"token": issuer.token("x", jti=7)}, "not_valid"),
        ({"token": issuer.token("x", jti="")}, "no_id"),
    ]
    for body, code in bad:
        answer = await call("handler@sup1-xn", "POST", PATH, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), body
        assert body["token"] not in answer.text
    for body in ({}, {"token": "a", "jti": "b"}, {"token": "a", "expires_at": "2027-01-01T00:00:00Z"}, {"jti": "x y"}):
        assert (await call("platform_admin", "POST", PATH, json=body)).status_code == 422, body


async def test_it_is_forgotten_with_the_token(call: Any, client: Any, harness: Harness) -> None:
    past = datetime.fromtimestamp(time.time() - 7200, UTC).isoformat()
    await call("platform_admin", "POST", PATH, json={"jti": "old", "expires_at": past})
    await call("platform_admin", "POST", PATH, json={"jti": "new"})
    assert await _revoked(client) == ["new"]
    await forget_expired(harness.resources)
    async with harness.resources.database.sessions() as session:
        assert list(await session.scalars(text("select jti from token_revocation"))) == ["new"]


async def test_nothing_new_is_told_in_no_words(call: Any, client: Any) -> None:
    first = await client.get("/revoked-tokens")
    named = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/revoked-tokens", headers=named)).status_code == 304
    await call("platform_admin", "POST", PATH, json={"jti": "other-1"})
    assert (await client.get("/revoked-tokens", headers=named)).json() == {"jtis": ["other-1"]}


async def test_many_revoke_one_token_at_once(client: Any, issuer: TestIssuer) -> None:
    token = issuer.token("zhang", jti="once", exp=int(time.time()) + 300)
    headers = {"Authorization": f"Bearer {token}"}
    answers = await asyncio.gather(*(client.post(PATH, json={"token": token}, headers=headers) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert len({one.json()["id"] for one in answers}) == 1
