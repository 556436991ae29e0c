"""A stand-in for personnel-pool-service over real HTTP: what this service asks of it, and nothing more."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_HOLDING = {"requested", "approved", "active"}
_MOVES = {
    "activate": ({"approved"}, "active"),
    "end": ({"active"}, "ended"),
    "recall": ({"requested", "replacement_wanted", "approved", "active"}, "recalled"),
}


class PoolStandIn:
    """Cadres, verdicts and secondments in memory; reserves all or none, and answers repeats with the first answer."""

    def __init__(self) -> None:
        self.cadres: list[dict[str, Any]] = []
        self.verdicts: dict[tuple[str, str], str] = {}
        self.secondments: dict[str, dict[str, Any]] = {}
        self.quotas: dict[str, int] = {}
        self.apart: list[tuple[UUID, UUID]] = []
        """Pairs who may not share a team."""
        self.busy_answers = 0
        """How many requests to reserve are told that the same one is still running."""
        self.on_next_get: Callable[[], None] | None = None
        """Happens once, after a secondment was told and before whoever asked hears of it."""
        self.supports: dict[str, dict[str, Any]] = {}
        self._answers: dict[tuple[str, str, str], str] = {}
        self.app = Starlette(
            routes=[
                Route("/v1/cadre-searches", self._search, methods=["POST"]),
                Route("/v1/recusal-checks", self._check, methods=["POST"]),
                Route("/v1/team-separations", self._separations, methods=["GET"]),
                Route("/v1/lending-quotas", self._quotas, methods=["GET"]),
                Route("/v1/directed-supports", self._support, methods=["POST"]),
                Route("/v1/secondments", self._request, methods=["POST"]),
                Route("/v1/secondments/{id}", self._get, methods=["GET"]),
                Route("/v1/secondments/{id}/{verb}", self._move, methods=["POST"]),
            ]
        )

    def add_cadre(self, home_unit: str, **more: Any) -> UUID:
        """Put a cadre into the pool."""
        cadre_id = uuid4()
        self.cadres.append(
            {
                "id": str(cadre_id),
                "name": "unused",
                "home_unit": home_unit,
                "rank": "section_chief",
                "gender": "female",
                "party_member": True,
                "tags": [],
                "pool_kinds": ["inspection_member"],
                "work_history": [],
                "status": "active",
                "days_lent": 0,
                **more,
            }
        )
        return cadre_id

    def say(self, cadre_id: UUID, unit_code: str, verdict: str) -> None:
        """Let the recusal check answer this about a pair."""
        self.verdicts[(str(cadre_id), unit_code)] = verdict

    def approve_all(self, secondment_id: object) -> None:
        """Every home unit consents."""
        found = self.secondments[str(secondment_id)]
        if found["state"] == "active":
            self.answer(secondment_id, [m["cadre_id"] for m in found["members"] if m["state"] == "requested"])
        else:
            self._set(found, "approved")

    def holding(self) -> list[dict[str, Any]]:
        """Secondments that hold somebody."""
        return [one for one in self.secondments.values() if any(m["state"] in _HOLDING for m in one["members"])]

    async def _search(self, request: Request) -> Response:
        period = (await request.json())["period"]
        items = [{**cadre, "available": not self._taken([cadre["id"]], period)} for cadre in self.cadres]
        return JSONResponse({"items": items, "next_cursor": None})

    async def _check(self, request: Request) -> Response:
        body = await request.json()
        items = [
            {
                "cadre_id": cadre_id,
                "target": target,
                "verdict": self.verdicts[(cadre_id, target["unit_code"])],
                "code": "personal_ground",
            }
            for cadre_id in body["cadre_ids"]
            for target in body["targets"]
            if (cadre_id, target["unit_code"]) in self.verdicts
        ]
        return JSONResponse({"items": items})

    async def _separations(self, _request: Request) -> Response:
        items = [{"cadre_ids": [str(one), str(other)]} for one, other in self.apart]
        return JSONResponse({"items": items, "next_cursor": None})

    async def _quotas(self, request: Request) -> Response:
        period = {"from": request.query_params["from"], "to": request.query_params["to"]}
        homes: dict[str, list[str]] = {}
        for cadre in self.cadres:
            homes.setdefault(cadre["home_unit"], []).append(cadre["id"])
        items = [
            {
                "home_unit": home,
                "members": len(members),
                "quota": self.quotas.get(home, len(members)),
                "lent": len(self._taken(members, period)),
            }
            for home, members in sorted(homes.items())
        ]
        return JSONResponse({"items": items, "next_cursor": None})

    async def _request(self, request: Request) -> Response:
        key = (request.headers["heli-acting-sub"], request.url.path, request.headers["idempotency-key"])
        if self.busy_answers:
            self.busy_answers -= 1
            return _problem(409, "idempotency_in_progress")
        if key in self._answers:
            return _told(self.secondments[self._answers[key]], status_code=201)
        body = await request.json()
        wanted = [member["cadre_id"] for member in body["members"]]
        if taken := self._taken(wanted, body["period"]):
            return _problem(409, "double_booked", cadre_ids=sorted(taken))
        homes = {cadre["id"]: cadre["home_unit"] for cadre in self.cadres}
        made = {
            "id": str(uuid4()),
            "request_ref": body["request_ref"],
            "period": body["period"],
            "state": "requested",
            "version": 1,
            "members": [
                {**member, "home_unit": homes[member["cadre_id"]], "state": "requested"} for member in body["members"]
            ],
        }
        self.secondments[made["id"]] = made
        self._answers[key] = made["id"]
        return _told(made, status_code=201)

    async def _support(self, request: Request) -> Response:
        body = {**await request.json(), "id": str(uuid4())}
        made = self.supports.setdefault(request.headers["idempotency-key"], body)
        return JSONResponse(made, status_code=201)

    async def _get(self, request: Request) -> Response:
        found = self.secondments.get(request.path_params["id"])
        answer = _told(found) if found else _problem(404, "not_found")
        happens, self.on_next_get = self.on_next_get, None
        if happens is not None:
            happens()
        return answer

    async def _move(self, request: Request) -> Response:
        found = self.secondments[request.path_params["id"]]
        body = await request.json()
        if request.path_params["verb"] == "replace":
            return self._replace(found, body["members"])
        if request.headers.get("if-match") not in (None, f'"{found["version"]}"'):
            return _problem(412, "stale_version")
        if request.path_params["verb"] == "recall" and body.get("cadre_ids"):
            self._free(found, set(body["cadre_ids"]), "recalled")
            return _told(found)
        sources, target = _MOVES[request.path_params["verb"]]
        if found["state"] not in sources:
            return _problem(409, "move_refused", state=found["state"])
        self._set(found, target)
        return _told(found)

    def refuse(self, secondment_id: object, cadre_id: UUID) -> dict[str, Any]:
        """A home unit refuses one member."""
        found = self.secondments[str(secondment_id)]
        self._free(found, {str(cadre_id)}, "refused")
        return found

    def call_back(self, secondment_id: object, cadre_id: UUID) -> dict[str, Any]:
        """A home unit recalls one member; whoever serves already is called home."""
        found = self.secondments[str(secondment_id)]
        self._free(found, {str(cadre_id)}, "recalled")
        return found

    def _free(self, secondment: dict[str, Any], cadre_ids: set[str], state: str) -> None:
        for member in secondment["members"]:
            if member["cadre_id"] in cadre_ids:
                member["state"] = state
        if secondment["state"] != "active":
            secondment["state"] = "replacement_wanted"
        secondment["version"] += 1

    def answer(self, secondment_id: object, cadre_ids: Iterable[str]) -> None:
        """Home units consent for some members."""
        found = self.secondments[str(secondment_id)]
        for member in found["members"]:
            if member["cadre_id"] in cadre_ids:
                member["state"] = "active" if found["state"] == "active" else "approved"
        found["version"] += 1

    def exchange(self, secondment_id: object, out: str, incoming: str) -> dict[str, Any]:
        """The pool's manager puts somebody else into a freed seat."""
        found = self.secondments[str(secondment_id)]
        self._replace(found, [{"replaces": out, "cadre_id": incoming}])
        return found

    def _replace(self, secondment: dict[str, Any], changes: list[dict[str, str]]) -> Response:
        seats = {member["cadre_id"]: member for member in secondment["members"]}
        leaving_seats = [seats[change["replaces"]] for change in changes if change.get("replaces")]
        if any(seat["state"] not in {"refused", "recalled"} for seat in leaving_seats):
            return _problem(409, "seat_not_free")
        if taken := self._taken([change["cadre_id"] for change in changes], secondment["period"]):
            return _problem(409, "double_booked", cadre_ids=sorted(taken))
        homes = {cadre["id"]: cadre["home_unit"] for cadre in self.cadres}
        for change in changes:
            if change.get("replaces"):
                leaving = seats[change["replaces"]]
                leaving["state"] = "replaced"
                arriving = {**leaving, "cadre_id": change["cadre_id"], "state": "requested"}
            else:
                arriving = {"cadre_id": change["cadre_id"], "role": change["role"], "state": "requested"}
            secondment["members"].append({**arriving, "home_unit": homes[change["cadre_id"]]})
        if secondment["state"] != "active":
            secondment["state"] = "requested"
        secondment["version"] += 1
        return _told(secondment)

    def _set(self, secondment: dict[str, Any], state: str) -> None:
        secondment["state"] = state
        secondment["version"] += 1
        for member in secondment["members"]:
            if member["state"] != "replaced":
                unasked = state == "ended" and member["state"] == "requested"
                member["state"] = "recalled" if unasked else state

    def _taken(self, cadre_ids: Iterable[str], period: dict[str, str]) -> set[str]:
        first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
        return {
            member["cadre_id"]
            for one in self.secondments.values()
            for member in one["members"]
            if member["state"] in _HOLDING
            and member["cadre_id"] in cadre_ids
            and date.fromisoformat(one["period"]["from"]) <= last
            and first <= date.fromisoformat(one["period"]["to"])
        }


def _told(secondment: dict[str, Any], status_code: int = 200) -> Response:
    """As the pool tells it: who was replaced is not named any more."""
    members = [member for member in secondment["members"] if member["state"] != "replaced"]
    return JSONResponse({**secondment, "members": members}, status_code=status_code)


def _problem(status: int, code: str, **members: Any) -> Response:
    return JSONResponse({"code": code, "status": status, **members}, status_code=status)
