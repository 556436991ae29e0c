"""Whoever is recused meets the matter nowhere."""

import asyncio
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.clues.models import Clue
from sqlalchemy import select

RECUSED = "supervisor@cmo-dh"


@pytest.fixture
def recuse(call: Any) -> Any:
    async def record(clue_id: str, sub: str = RECUSED, who: str = "officer@pet-dh") -> dict[str, Any]:
        answer = await call(who, "POST", f"/v1/clues/{clue_id}/recusals", {"sub": sub})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return record


@pytest.fixture
async def handled(call: Any, marked: Any) -> Any:
    for clue in (marked.clue, marked.other):
        answer = await call("supervisor1@cmo-dh", "POST", f"/v1/clues/{clue['id']}/accept")
        assert answer.status_code == 200, answer.text
    return marked


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(RECUSED, id="supervisor"),
        *(
            pytest.param(f"{role}={RECUSED}", id=role.partition("@")[0], marks=pytest.mark.proof)
            for role in ("leader@cdi-dh", "auditor@cmo-dh", "handler@inv1-dh")
        ),
    ],
)
async def test_a_recused_person_meets_the_matter_on_no_route(who: str, handled: Any, recuse: Any, walk: Any) -> None:
    before = await walk("supervisor2@cmo-dh", handled.ids, only_reads=True)
    met = {(one.method, one.path) for one in before if any(mark in one.said for mark in handled.marks)}
    # The walk is worth something only where it would have shown the matter.
    assert met >= {
        ("GET", "/v1/clues"), ("GET", "/v1/clues/{clue_id}"), ("GET", "/v1/clues/{clue_id}/candidates"),
        ("POST", "/v1/clue-searches"), ("GET", "/v1/overlap-alerts"), ("GET", "/v1/overlap-alerts/{alert_id}"),
        ("GET", "/v1/matters/{matter_id}"), ("GET", "/v1/candidates/{candidate_id}"),
        ("GET", "/v1/consultations"), ("GET", "/v1/consultations/{item_id}"), ("GET", "/v1/advice"),
        ("GET", "/v1/advice/{item_id}"), ("GET", "/v1/supervised-handlings"),
        ("GET", "/v1/supervised-handlings/{item_id}"),
    }, met  # fmt: skip
    await recuse(handled.clue["id"])
    role, _, sub = who.partition("=")
    for one in await walk(role, handled.ids, **({"sub": sub} if sub else {}), clearance="secret"):
        shown = [mark for mark in handled.marks if mark in one.said]
        assert not shown, (who, one.method, one.path, one.status)
        if "{clue_id}" in one.path:
            assert one.status in (403, 404, 422), (who, one)


async def test_a_recusal_follows_the_matter(
    call: Any, unlike: Any, pair_up: Any, decide: Any, undo: Any, recuse: Any, resources: Resources
) -> None:
    one, other, third = [await unlike(n) for n in range(3)]
    recusal = await recuse(one["id"], "supervisor9@cmo-dh")

    async def kept() -> set[str]:
        async with engine_session(resources) as session:
            found = await session.scalars(select(Clue.id).where(Clue.recused.contains(["supervisor9@cmo-dh"])))
            return {str(clue) for clue in found}

    assert await kept() == {one["id"]}
    pair = await pair_up(one, other)
    await decide(pair)
    assert await kept() == {one["id"], other["id"]}
    await decide(await pair_up(other, third))
    assert await kept() == {one["id"], other["id"], third["id"]}
    await undo(pair)
    assert await kept() == {one["id"]}
    lifted = await call("leader@cdi-dh", "POST", f"/v1/recusals/{recusal['id']}/lift")
    assert lifted.status_code == 404  # registered clues are nothing for a leader yet
    assert (await call(RECUSED, "POST", f"/v1/clues/{one['id']}/accept")).status_code == 200
    assert (await call("officer@pet-dh", "POST", f"/v1/recusals/{recusal['id']}/lift")).status_code == 403
    answer = await call("leader@cdi-dh", "POST", f"/v1/recusals/{recusal['id']}/lift")
    assert (answer.status_code, answer.json()["lifted_by"]) == (200, "leader@cdi-dh")
    assert await kept() == set()
    again = await call("leader@cdi-dh", "POST", f"/v1/recusals/{recusal['id']}/lift")
    assert (again.status_code, again.json()["code"]) == (409, "recusal_lifted")


async def test_who_may_recuse_whom(call: Any, register: Any, bring: Any) -> None:
    clue = await bring(await register("officer@pet-dh"), "assigned")
    path = f"/v1/clues/{clue['id']}/recusals"
    assert (await call("handler@inv1-dh", "POST", path, {"sub": "somebody"})).json()["code"] == "recusal_not_yours"
    assert (await call("handler@inv1-dh", "GET", path)).status_code == 403
    assert (await call("supervisor@cmo-xs", "POST", path, {"sub": "somebody"})).status_code == 404
    for sub in ("", "a\u001cb", "x" * 256):
        assert (await call("supervisor@cmo-dh", "POST", path, {"sub": sub})).status_code == 422, sub
    mine = await call("handler@inv1-dh", "POST", path, {"basis": "declared"})
    assert (mine.status_code, mine.json()["sub"]) == (201, "handler@inv1-dh")
    assert (await call("handler@inv1-dh", "GET", f"/v1/clues/{clue['id']}")).status_code == 404
    listed = (await call("supervisor@cmo-dh", "GET", path)).json()["items"]
    assert [one["basis"] for one in listed] == ["declared"]
    assert (await call("officer@pet-dh", "POST", path, {"sub": "officer@pet-dh"})).status_code == 201
    assert (await call("officer@pet-dh", "GET", f"/v1/clues/{clue['id']}")).status_code == 404  # registrar or not


async def test_of_many_reads_at_once_none_shows_the_clue_after_the_recusal_was_answered(
    call: Any, marked: Any, recuse: Any
) -> None:
    answered = asyncio.Event()
    late: list[int] = []

    async def read_on() -> None:
        for _ in range(12):
            was_over = answered.is_set()
            answer = await call(RECUSED, "GET", f"/v1/clues/{marked.clue['id']}")
            if was_over:
                late.append(answer.status_code)

    async def decide_it() -> None:
        await recuse(marked.clue["id"])
        answered.set()

    await asyncio.gather(*(read_on() for _ in range(4)), decide_it())
    late.append((await call(RECUSED, "GET", f"/v1/clues/{marked.clue['id']}")).status_code)
    assert set(late) == {404}
