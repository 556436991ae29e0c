"""A stand-in for clue-service over real HTTP: one clue or consultation per origin for ever, and extracts."""

from collections import Counter
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class ClueStandIn:
    """Clues in memory by origin. ``refuse_with`` makes the next intakes fail for good with that code."""

    def __init__(self) -> None:
        self.clues: dict[str, dict[str, Any]] = {}
        self.bodies: list[dict[str, Any]] = []
        self.refuse_with: str | None = None
        self.ledger: list[dict[str, Any]] = []
        """Lines the next extracts answer, whatever the unit."""
        self.counted_only = 0
        self.advice: list[dict[str, Any]] = []
        """Letters of advice the next extracts answer."""
        self.consultations: dict[str, dict[str, Any]] = {}
        """Consultations by the difficulty they came of."""
        self.extracts: list[tuple[dict[str, Any], str | None]] = []
        self.app = Starlette(
            routes=[
                Route("/v1/clues", self._register, methods=["POST"]),
                Route("/v1/dossier-extracts", self._extract, methods=["POST"]),
                Route("/v1/consultation-referrals", self._convene, methods=["POST"]),
            ]
        )

    async def _register(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        if self.refuse_with is not None:
            return JSONResponse({"code": self.refuse_with, "status": 422}, status_code=422)
        if body["origin_ref"] in self.clues:
            return JSONResponse(self.clues[body["origin_ref"]])
        clue = {
            "id": str(uuid4()),
            "clue_no": f"XN-2026-{len(self.clues) + 1:05d}",
            "status": "registered",
            "closure": None,
            "version": 1,
        }
        self.clues[body["origin_ref"]] = clue
        return JSONResponse(clue, status_code=201)

    async def _extract(self, request: Request) -> Response:
        body = await request.json()
        self.extracts.append((body, request.headers.get("heli-acting-sub")))

        def count(field: str) -> dict[str, int]:
            return dict(Counter(str(line[field]) for line in self.ledger))

        return JSONResponse(
            {
                "unit_code": body["unit_code"],
                "depth": "ledger",
                "clues": len(self.ledger) + self.counted_only,
                "by_stage": count("stage"),
                "by_source": count("source_code"),
                "by_category": dict(Counter(code for line in self.ledger for code in line["categories"])),
                "by_year": dict(Counter(line["received_on"][:4] for line in self.ledger)),
                "items": self.ledger,
                "counted_only": self.counted_only,
                "is_cut": False,
                "advice": self.advice,
                "advice_total": len(self.advice),
                "advice_by_state": dict(Counter(str(letter["state"]) for letter in self.advice)),
            }
        )

    async def _convene(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        if self.refuse_with is not None:
            return JSONResponse({"code": self.refuse_with, "status": 422}, status_code=422)
        known = body["origin_ref"] in self.consultations
        made = {"id": str(uuid4()), "state": "submitted", "version": 1}
        answer = self.consultations.setdefault(body["origin_ref"], made)
        return JSONResponse(answer, status_code=200 if known else 201)
