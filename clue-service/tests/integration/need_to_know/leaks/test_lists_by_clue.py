"""What rests on one clue is found by its id, by whoever sees the clue and nobody else."""

from typing import Any

from chassis.runtime import openapi_document
from chassis.service import Service

READERS = ("supervisor1@cmo-dh", "officer@pet-dh")
BY_CLUE = {
    "accusation-findings", "advice", "clarifications", "clue-clocks", "clue-deletions", "clue-exports", "consultations",
    "interference-records", "outcome-notices", "protection-requests", "reporter-notices", "supervised-handlings",
}  # fmt: skip


def lists_by_clue(service: Service) -> set[str]:
    found = openapi_document(service)["paths"].items()
    return {
        path.removeprefix("/v1/")
        for path, item in found
        if any(one["name"] == "clue_id" and one["in"] == "query" for one in item.get("get", {}).get("parameters", ()))
    }


async def test_what_rests_on_a_clue_is_listed_by_it(mark: Any, call: Any, service: Service) -> None:
    assert lists_by_clue(service) == BY_CLUE
    marked = await mark()
    for noun in sorted(BY_CLUE):
        found: dict[str, set[str]] = {}
        for clue in (marked.clue, marked.other):
            answers = [await call(who, "GET", f"/v1/{noun}?clue_id={clue['id']}") for who in READERS]
            assert [answer.status_code for answer in answers] == [200, 200], noun
            found[clue["id"]] = {one["id"] for answer in answers for one in answer.json()["items"]}
        assert marked.ids[noun] in found[marked.clue["id"]], noun
        assert not found[marked.clue["id"]] & found[marked.other["id"]], noun


async def test_nobody_learns_by_a_clue_they_do_not_see(mark: Any, call: Any, service: Service) -> None:
    marked = await mark()
    for noun in sorted(lists_by_clue(service)):
        answer = await call("handler@inv1-dh", "GET", f"/v1/{noun}?clue_id={marked.clue['id']}")
        assert answer.status_code == 404, noun
        assert (await call("handler@inv1-dh", "GET", f"/v1/{noun}?clue_id=nonsense")).status_code == 422
