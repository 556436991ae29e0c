"""Loads the demo city through the gateway, as its clerks would. Repeatable: what is there already stays as it is."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from heli_local.city import people, units

SEED = 20260823
DEFAULT_UNITS = 24
DEFAULT_CADRES = 48
DEFAULT_PERSONS = 240
SEED_UNITS = 127
SEED_PERSONS = 21_000

_PARALLEL = 8
_IMPORT_LINES = 1_000


class CityNotLoaded(Exception):
    """The platform refused something of the demo city; says what and with which code."""


@dataclass(frozen=True)
class CitySize:
    """How much city to load."""

    units: int = DEFAULT_UNITS
    cadres: int = DEFAULT_CADRES
    persons: int = DEFAULT_PERSONS


async def load_city(base_url: str, size: CitySize | None = None, *, progress: bool = False) -> None:
    """Load units, cadres, supervised persons and one past round.

    Args:
        base_url: The gateway's address on a local stack.
        size: How many of each; a small city by default, ``CitySize(SEED_UNITS, …, SEED_PERSONS)`` for the full scale.
        progress: Draw progress bars on standard error.

    Raises:
        CityNotLoaded: the platform refused a part.
    """
    size = size or CitySize()
    async with httpx2.AsyncClient(base_url=base_url, timeout=60) as client:
        with _bars(enabled=progress) as bars:
            await _Loader(client, bars).load(size)


class _Loader:
    def __init__(self, client: httpx2.AsyncClient, bars: Progress) -> None:
        self._client = client
        self._bars = bars
        self._tokens: dict[str, str] = {}

    async def load(self, size: CitySize) -> None:
        organs = list(units.organs())
        supervised = list(units.supervised(size.units))
        codes = {unit["code"] for unit in (*organs, *supervised)}
        everything = [*organs, *supervised, *units.side_nodes(codes)]
        bar = self._bars.add_task("units", total=len(everything))
        for wave in _waves(everything):
            await self._together([self._put_unit(unit) for unit in wave], bar)

        made = people.cadres(SEED, size.cadres, [unit["code"] for unit in everything])
        bar = self._bars.add_task("cadres", total=len(made))
        loaded = await self._together([self._post_cadre(cadre) for cadre in made], bar)
        await self._record_past_round(dict(loaded))

        supervised_codes = [unit["code"] for unit in supervised]
        await self._import_persons(list(people.supervised_persons(SEED, size.persons, supervised_codes)))

    async def _put_unit(self, unit: dict[str, Any]) -> None:
        body = {key: value for key, value in unit.items() if key != "code"}
        await self._send("platform_admin", "PUT", f"/v1/units/{unit['code']}", json_body=body)

    async def _post_cadre(self, cadre: people.Cadre) -> tuple[str, str]:
        answer = await self._send("pool_manager", "POST", "/v1/cadres", json_body=cadre.body, key=f"city-{cadre.key}")
        return cadre.key, str(answer["id"])

    async def _record_past_round(self, cadre_ids: dict[str, str]) -> None:
        """The last regular round on the co-operative, closed: what the continuity rule looks back to."""
        members = [
            {"cadre_id": cadre_ids["commissioner"], "role": "member"},
            {"cadre_id": cadre_ids["former-liaison"], "role": "liaison"},
        ]
        body = {
            "title": "夏宁市委第九轮常规巡察",
            "level": "city",
            "type": "regular",
            "mode": "ordinary",
            "starts_on": str(date(2025, 3, 3)),
            "ends_on": str(date(2025, 4, 25)),
            "report_due_days": 30,
            "feedback_due_days": 60,
            "targets": [{"unit_code": units.COOPERATIVE}],
            "past": {"closed_on": "2025-12-19", "teams": [{"unit_code": units.COOPERATIVE, "members": members}]},
        }
        await self._send("inspection_office", "POST", "/v1/rounds", json_body=body, key="city-past-round")

    async def _import_persons(self, persons: Sequence[dict[str, Any]]) -> None:
        bar = self._bars.add_task("supervised persons", total=len(persons))
        for start in range(0, len(persons), _IMPORT_LINES):
            part = persons[start : start + _IMPORT_LINES]
            lines = "\n".join(json.dumps(person, ensure_ascii=False) for person in part)
            answer = await self._send("pool_manager", "POST", "/v1/supervised-person-imports", lines=lines)
            if answer.get("errors"):
                message = f"import refused {len(answer['errors'])} persons"
                raise CityNotLoaded(message)
            self._bars.advance(bar, len(part))

    async def _together(self, work: Sequence[Any], bar: TaskID) -> list[Any]:
        gate = asyncio.Semaphore(_PARALLEL)

        async def one(part: Any) -> Any:
            async with gate:
                result = await part
                self._bars.advance(bar)
                return result

        return await asyncio.gather(*(one(part) for part in work))

    async def _send(
        self,
        role: str,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        lines: str | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {await self._token(role)}", "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        if lines is not None:
            headers["Content-Type"] = "application/x-ndjson"
            response = await self._client.request(method, path, content=lines.encode(), headers=headers)
        else:
            response = await self._client.request(method, path, json=json_body, headers=headers)
        if response.status_code >= 400:
            problem = response.json()
            message = f"{method} {path}: {response.status_code} {problem.get('code')} {problem.get('errors')}"
            raise CityNotLoaded(message)
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    async def _token(self, role: str) -> str:
        if role not in self._tokens:
            home = {"platform_admin": "pc-xn", "pool_manager": "org-xn", "inspection_office": "insp-xn"}[role]
            body = {"sub": f"city-{role}", "unit": home, "roles": [role]}
            response = await self._client.post("/dev/token", json=body)
            response.raise_for_status()
            self._tokens[role] = response.json()["access_token"]
        return self._tokens[role]


def _waves(everything: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Units in an order in which each finds the units it refers to."""
    done: set[str] = set()
    rest = list(everything)
    while rest:
        ready = [unit for unit in rest if _refers_to(unit) <= done]
        if not ready:
            message = f"the demo city refers to units it does not have: {sorted(u['code'] for u in rest)}"
            raise CityNotLoaded(message)
        yield ready
        done |= {unit["code"] for unit in ready}
        rest = [unit for unit in rest if unit["code"] not in done]


def _refers_to(unit: dict[str, Any]) -> set[str]:
    return {code for code in (unit["parent_code"], unit.get("linked_office"), *unit.get("host_units", ())) if code}


def _bars(*, enabled: bool) -> Progress:
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not enabled)
