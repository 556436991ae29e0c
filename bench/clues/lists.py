"""The first page of every list, as those who see much of it, little of it and nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chassis.runtime import openapi_document
from clue_service.main import SERVICE

from clues import beside
from clues.said import NAME_OF_OLD, NAME_OF_OTHERS, PHRASE_OF_OLD
from clues.serving import Bench

LIST = "list: "
_READERS = ("office", "leader", "handler", "whose unit has nothing", "office of a new commission")
_LEADING = (*_READERS, "superior", "leader of a new commission")
_CLUE = f"/v1/clues/{beside.item(0, 40 * 5 + 7)}"

_OF_EVERYBODY: Mapping[str, Sequence[str]] = {
    "/v1/clues": (*_LEADING, "officer"),
    "/v1/overlap-alerts": _LEADING,
    "/v1/consultations": _LEADING,
    "/v1/consultation-actions": _LEADING,
    "/v1/advice": _LEADING,
    "/v1/supervised-handlings": _LEADING,
    "/v1/outcome-notices": _LEADING,
    "/v1/reporter-notices": _READERS,
    "/v1/clue-clocks": _READERS,
    "/v1/periodic-duties": ("office", "leader", "office of a new commission"),  # none are loaded
    "/v1/jurisdiction-objections": _LEADING,
    "/v1/clarifications": _LEADING,
    "/v1/accusation-findings": _LEADING,
    "/v1/clue-transfers": (*_LEADING, "officer"),
    "/v1/shares": _LEADING,
    "/v1/unsealings": _LEADING,
    "/v1/library-items": _LEADING,
    "/v1/library-requests": _LEADING,
    "/v1/sealed-receipts": ("officer", "office", "office of a new commission"),
    "/v1/clue-imports": ("officer", "office", "office of a new commission"),
    "/v1/clue-deletions": ("office", "leader", "office of a new commission"),
    "/v1/clue-exports": ("office", "leader", "office of a new commission"),
    "/v1/interference-records": ("office", "leader", "office of a new commission"),  # none are loaded
    "/v1/protection-requests": ("office", "leader", "office of a new commission"),  # none are loaded
    "/v1/trend-reports": ("office", "leader", "office of a new commission"),
    "/v1/matching-models": ("administrator",),
    "/v1/audit-entries": ("auditor", "auditor of a new commission"),
    "/v1/audit-seals": ("auditor",),
}
_NARROWED: Mapping[str, Sequence[str]] = {
    **{
        f"/v1/clues?{query}": ("office",)
        for query in (
            "status=registered", "source=INSPECTION", "category=C1", "lead_unit=office-7-1", "sort=received_last",
            "received_from=2024-11-01&received_to=2024-11-30", "sort=due_first", "overdue=true",
            "clue_no=cdi-7-2026-0000", "subject_unit=su-47", "subject_unit=su-47&status=on_hold", "channel=visit",
            "receiving_unit=pet-7", "closure=direct", f"matter_id={beside.item(beside.MATTER, 7)}",
        )
    },
    "/v1/clues?sort=due_first": ("office", "handler"),
    **{
        f"{path}?state={state}": ("office", "handler", "office of a new commission")
        for path, state in (
            ("/v1/consultations", "draft"), ("/v1/consultation-actions", "open"), ("/v1/advice", "drafted"),
            ("/v1/supervised-handlings", "reported"), ("/v1/outcome-notices", "escalated"),
            ("/v1/reporter-notices", "owed"), ("/v1/reporter-notices", "not_owed"),
            ("/v1/clue-clocks", "open"), ("/v1/jurisdiction-objections", "raised"), ("/v1/clarifications", "assessed"),
            ("/v1/accusation-findings", "proposed"), ("/v1/clue-transfers", "returned"),
        )
    },
    **{
        f"/v1/{noun}?clue_id={beside.item(0, number)}": ("office",)
        for number in (40 * 5 + 7, 40 * 6 + 7)  # on one of a few clues something rests
        for noun in (
            "accusation-findings", "advice", "clarifications", "clue-clocks", "clue-deletions", "clue-exports",
            "consultations", "interference-records", "outcome-notices", "protection-requests", "reporter-notices",
            "supervised-handlings",
        )
    },
    "/v1/sealed-receipts?sent=false": ("office",),
    "/v1/library-items?kind=advice&unit_code=su-47": ("office", "handler"),
    "/v1/library-requests?direction=received": ("office", "handler"),
    "/v1/shares?direction=given": ("office", "leader"),
    "/v1/audit-entries?action=search": ("auditor",),
    f"/v1/audit-entries?object_type=clue&object_id={beside.item(0, 207)}": ("auditor",),
}  # fmt: skip
_OF_ONE: Mapping[str, Sequence[str]] = {
    f"{_CLUE}/candidates": ("office",),
    f"{_CLUE}/timeline": ("office",),
    f"{_CLUE}/clock-changes": ("office",),
    f"{_CLUE}/clocks": ("office",),
    f"{_CLUE}/recusals": ("office",),
    f"{_CLUE}/attachments": ("office",),
    f"/v1/shares/{beside.item(beside.SHARE, 7)}/readings": ("leader",),
    f"/v1/library-items/{beside.item(0, 7)}/readings": ("leader",),
    f"/v1/library-items/{beside.item(0, 7)}/attachments": ("leader",),
    f"/v1/matters/{beside.item(beside.MATTER, 7)}/history": ("office",),
    f"/v1/clue-imports/{beside.item(0, 1)}/errors": ("officer",),
}
_SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "a name": {"subject": "测试4711"},
    "a name of two characters": {"subject": "测试"},
    "a name nobody has": {"subject": "欧阳无此人"},
    "a phrase in most": {"text": "群众反映强烈"},
    "a phrase in few": {"text": "虚报冒领补贴47115元"},
    "a phrase in none": {"text": "海底隧道通风竖井"},
    "a single character": {"text": "岳"},
    "a single character in most": {"text": "的"},
    "a single character in none": {"text": "龘"},
    "a name and a phrase": {"subject": "测试47", "text": "任职期间"},
    "a name of old clues alone": {"subject": NAME_OF_OLD},
    "a name of old clues alone, and a phrase in few": {"subject": NAME_OF_OLD, "text": "补贴47115元"},
    "a phrase of old clues alone": {"text": PHRASE_OF_OLD},
    "a name that only others bear": {"subject": NAME_OF_OTHERS},
}
_SEARCHERS = ("office", "leader", "handler", "superior", "office of a new commission")


async def measure(bench: Bench, times: dict[str, list[float]], rounds: int = 20) -> None:
    """Milliseconds of every list and search of clues; what an entry costs is not measured here."""
    _check_complete()
    lists = [(path, who) for one in (_OF_EVERYBODY, _NARROWED, _OF_ONE) for path, all_ in one.items() for who in all_]
    for path, who in lists:
        times[f"{LIST}{_short(path)} · {who}"] = await _times(bench, rounds, who, "GET", path)
    for name, body in _SEARCHES.items():
        for who in _SEARCHERS:
            taken = await _times(bench, rounds, who, "POST", "/v1/clue-searches", json=body)
            times[f"{LIST}/v1/clue-searches, {name} · {who}"] = taken


async def _times(bench: Bench, rounds: int, who: str, method: str, path: str, **more: Any) -> list[float]:
    taken = [(await bench.call(who, method, path, **more))[0] for _ in range(3)]  # these warm the caches
    if max(taken) > 1_000:  # far off: the figure is clear without taking minutes
        rounds = 5
    return [(await bench.call(who, method, path, **more))[0] for _ in range(rounds)]


def _short(path: str) -> str:
    """Without ids, as the API document has it."""
    parts = ["{id}" if len(part) == 36 else part for part in path.split("/")]
    return "/".join(parts)


def _check_complete() -> None:
    """Every operation that answers pages must be among the lists, so that a new one is not forgotten."""
    measured = {_short(path).partition("?")[0] for one in (_OF_EVERYBODY, _OF_ONE) for path in one}
    missing = set(_paged()) - measured
    if missing:
        message = f"lists that are not measured: {sorted(missing)}"
        raise RuntimeError(message)


def _paged() -> Iterator[str]:
    for path, methods in openapi_document(SERVICE)["paths"].items():
        names = {one["name"] for one in methods.get("get", {}).get("parameters", [])}
        if "cursor" in names:
            yield "/".join("{id}" if part.startswith("{") else part for part in path.split("/"))
