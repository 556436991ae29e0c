"""Versions of the matching model: listed, activated, rolled back, followed by running processes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from clue_service.candidates.models import Candidate
from clue_service.intake.engine import Engine
from clue_service.matching.scoring import packaged_model
from clue_service.matching_models import service
from sqlalchemy import select

from chassis import tables

ADMIN = "admin@cdi-xn"
Store = Callable[..., Awaitable[int]]


@pytest.fixture
def store(resources: Resources) -> Store:
    """``await store("name", *objections, **changes)`` → the number of a model like the packaged one."""

    async def keep(name: str, *objections: str, **changes: Any) -> int:
        model = replace(packaged_model(), version=name, **changes)
        async with resources.transactions(SYSTEM) as uow:
            return (await service.store_fitted(uow, model, {"after": {"pair_f1": 0.9}}, objections)).number

    return keep


async def listed(call: Any) -> dict[int, str]:
    answer = await call(ADMIN, "GET", "/v1/matching-models")
    assert answer.status_code == 200, answer.text
    return {one["number"]: one["status"] for one in answer.json()["items"]}


async def act(call: Any, number: int, verb: str, **more: Any) -> Any:
    shown = await call(ADMIN, "GET", f"/v1/matching-models/{number}")
    headers = {"If-Match": shown.headers["etag"]}
    return await call(ADMIN, "POST", f"/v1/matching-models/{number}/{verb}", headers=headers, **more)


async def test_the_packaged_model_is_number_zero_and_in_effect_at_first(call: Any) -> None:
    answer = await call(ADMIN, "GET", "/v1/matching-models")
    (packaged,) = answer.json()["items"]
    assert (packaged["number"], packaged["status"], packaged["allowed_moves"]) == (0, "active", [])
    assert packaged["name"] == packaged_model().version


async def test_an_activated_model_scores_the_next_clue_and_earlier_pairs_keep_theirs(
    call: Any, register: Any, matter: tuple[dict[str, Any], ...], store: Store, resources: Resources
) -> None:
    await register("officer@pet-dh", matter[0])
    await register("officer@pet-dh", matter[1])
    number = await store("learnt")
    assert (await act(call, number, "activate")).json()["status"] == "active"
    assert await listed(call) == {number: "active", 0: "superseded"}
    resources.own._models._ask_at = 0.0  # the two seconds between two looks are over
    await register("officer@pet-dh", matter[2])
    async with engine_session(resources) as session:
        versions = (await session.scalars(select(Candidate.model_version).order_by(Candidate.id))).all()
    assert versions == [packaged_model().version, f"learnt-{number}", f"learnt-{number}"]


async def test_another_process_follows_to_the_new_model_and_back(call: Any, store: Store, resources: Resources) -> None:
    number = await store("learnt", likely=0.97)
    await act(call, number, "activate")
    elsewhere = Engine(resources.keys)
    async with engine_session(resources) as session:
        await elsewhere.follow(session)
    assert (elsewhere.matcher.model.version, elsewhere.matcher.model.likely) == (f"learnt-{number}", 0.97)
    assert elsewhere.matcher.model.background == packaged_model().background
    assert (await act(call, 0, "activate")).json()["status"] == "active"
    elsewhere._models._ask_at = 0.0
    async with engine_session(resources) as session:
        await elsewhere.follow(session)
    assert elsewhere.matcher.model.version == packaged_model().version
    assert await listed(call) == {number: "superseded", 0: "active"}


async def test_an_earlier_version_can_be_taken_up_again(call: Any, store: Store) -> None:
    first, second = await store("first"), await store("second")
    for number in (first, second, first):
        assert (await act(call, number, "activate")).status_code == 200
    assert await listed(call) == {second: "superseded", first: "active", 0: "superseded"}


async def test_a_model_that_measured_worse_is_never_activated(call: Any, store: Store) -> None:
    number = await store("worse", "verdicts:f1_lower")
    answer = await act(call, number, "activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "matching_model_worse")
    assert answer.json()["objections"] == ["verdicts:f1_lower"]
    assert await listed(call) == {number: "refused", 0: "active"}


async def test_a_model_that_weighs_other_fields_is_not_activated(call: Any, store: Store) -> None:
    number = await store("foreign", weights={"shoe_size": {"equal": 1.0}})
    answer = await act(call, number, "activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "matching_model_unreadable")


async def test_retiring_the_active_model_brings_the_packaged_one_back_for_good(call: Any, store: Store) -> None:
    number = await store("learnt")
    await act(call, number, "activate")
    assert (await act(call, number, "retire")).json()["allowed_moves"] == []
    assert await listed(call) == {number: "retired", 0: "active"}
    again = await act(call, number, "activate")
    assert (again.status_code, again.json()["code"], again.json()["allowed_moves"]) == (409, "move_refused", [])


async def test_activation_needs_the_version_seen_and_an_operator(call: Any, store: Store) -> None:
    number = await store("learnt")
    path = f"/v1/matching-models/{number}/activate"
    assert (await call(ADMIN, "POST", path)).status_code == 428
    assert (await call(ADMIN, "POST", path, headers={"If-Match": '"7"'})).status_code == 412
    assert (await call("supervisor@cmo-dh", "GET", "/v1/matching-models")).status_code == 403
    assert (await call("supervisor@cmo-dh", "POST", path, headers={"If-Match": '"1"'})).status_code == 403
    assert (await call(ADMIN, "GET", "/v1/matching-models/99")).status_code == 404


async def test_activation_is_audited_and_searches_everything_anew(
    call: Any, register: Any, matter: tuple[dict[str, Any], ...], store: Store, resources: Resources, harness: Harness
) -> None:
    blind = replace(packaged_model(), intercept=-90.0)
    resources.own.matcher.model = blind  # a model that finds nothing
    for form in matter:
        await register("officer@pet-dh", form)
    async with engine_session(resources) as session:
        assert (await session.scalars(select(Candidate.id))).all() == []
    await act(call, await store("learnt"), "activate")
    assert await harness.run_jobs() == 1
    async with engine_session(resources) as session:
        found = (await session.execute(select(Candidate.origin, Candidate.decision))).all()
        entries = select(tables.audit_entry).where(tables.audit_entry.c.object_type == "matching_model")
        actions = [(row.action, row.actor) for row in await session.execute(entries)]
    assert [tuple(row) for row in found] == [("rescore", None)] * 3
    assert ("activate", ADMIN) in actions
