"""What this service asks of personnel-pool-service: cadres, recusal verdicts, secondments."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from chassis.http import Peer, PeerFailed
from chassis.uow import Cause

from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.people import CadreRecord, LendingQuota, RecusalVerdict, TeamSeparation
from inspection_service.clients.reading import Answer, document_of, is_still_running, read

PEER = "pool"
_PAGE = 2_000
_PAIRS_PER_CHECK = 20_000  # keeps one check well under the 10 s a peer may take

SettleVerb = Literal["activate", "end", "recall"]

_PAUSES = (0.1, 0.2, 0.4, 0.8)
"""Seconds between asking again for what somebody else's running call will answer."""
_CONFLICT = 409
_STALE = 412
_UNANSWERED = "requested"
_DONE: Mapping[SettleVerb, frozenset[str]] = {
    "activate": frozenset({"active", "ended", "evaluated", "recalled"}),
    "end": frozenset({"ended", "evaluated", "recalled"}),
    "recall": frozenset({"recalled", "ended", "evaluated"}),
}
"""States in which nothing is left to do for a verb."""
HOLDING = frozenset({"requested", "approved", "active"})
"""States of a seat while its person is reserved or lent."""


@dataclass(frozen=True)
class SeatChange:
    """Who takes whose freed seat; ``out`` None: a seat of this role nobody sat in."""

    out: UUID | None
    incoming: UUID
    role: str

    def as_json(self) -> dict[str, str]:
        """As the pool is asked for it."""
        place = {"role": self.role} if self.out is None else {"replaces": str(self.out)}
        return {**place, "cadre_id": str(self.incoming)}


class Seat(Answer):
    """One seat of a secondment and the home unit's answer."""

    cadre_id: UUID
    role: str
    home_unit: str
    state: str = "requested"


class Secondment(Answer):
    """A group lent together."""

    id: UUID
    state: str
    version: int = 1
    members: tuple[Seat, ...] = ()

    @property
    def holds_anybody(self) -> bool:
        """Whether somebody is still wanted or serving."""
        return any(seat.state in HOLDING for seat in self.members)

    @property
    def gone(self) -> tuple[UUID, ...]:
        """Who holds no seat any more, or never did: whatever was opened for the posting closes."""
        here = {seat.cadre_id for seat in self.members if seat.state in HOLDING}
        return tuple(dict.fromkeys(seat.cadre_id for seat in self.members if seat.cadre_id not in here))


class PoolClient:
    """Typed calls. Raises PeerFailed when the pool cannot answer, PeerRefused when it says no."""

    def __init__(self, peer: Callable[[], Peer]) -> None:
        self._peer = peer

    async def list_cadres(self, period: tuple[date, date], *, cause: Cause | None = None) -> list[CadreRecord]:
        """Every cadre of the pool, and whether each is free from the first to the last day."""
        cadres: list[CadreRecord] = []
        cursor: str | None = None
        while True:
            body = {"period": _days(period), "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
            page = document_of(PEER, await self._peer().call("POST", "/v1/cadre-searches", json=body, cause=cause))
            cadres += [read(PEER, CadreRecord, item) for item in page["items"]]
            cursor = page.get("next_cursor")
            if cursor is None:
                return cadres

    async def lending_quotas(self, period: tuple[date, date], *, cause: Cause | None = None) -> list[LendingQuota]:
        """What each home unit may lend on every day of the period, and how many of its people are in the pool."""
        answer = await self._peer().call("GET", "/v1/lending-quotas", params=_days(period), cause=cause)
        return [read(PEER, LendingQuota, item) for item in document_of(PEER, answer)["items"]]

    async def team_separations(self, *, cause: Cause | None = None) -> list[tuple[UUID, UUID]]:
        """Pairs of cadres who may not share a team."""
        answer = await self._peer().call("GET", "/v1/team-separations", cause=cause)
        return [read(PEER, TeamSeparation, item).cadre_ids for item in document_of(PEER, answer)["items"]]

    async def check_recusals(
        self, units: Sequence[str], cadre_ids: Sequence[UUID], *, cause: Cause | None = None
    ) -> list[RecusalVerdict]:
        """The verdict about every pair of cadre and unit that has any ground; a pair left out is clear."""
        verdicts: list[RecusalVerdict] = []
        for part in _parts(cadre_ids, max(1, _PAIRS_PER_CHECK // max(1, len(units)))):
            body = {
                "targets": [{"unit_code": unit} for unit in units],
                "cadre_ids": [str(one) for one in part],
                "omit_clear": True,
            }
            answer = document_of(PEER, await self._peer().call("POST", "/v1/recusal-checks", json=body, cause=cause))
            verdicts += [read(PEER, RecusalVerdict, item) for item in answer["items"]]
        return verdicts

    async def reserve(
        self,
        *,
        purpose: str,
        request_ref: str,
        period: tuple[date, date],
        members: Sequence[tuple[UUID, str]],
        acting_for: str,
        cause: Cause | None = None,
    ) -> Secondment:
        """Reserve a group, all or none. The same ``request_ref`` and ``acting_for`` give the same secondment again.

        Where somebody else is asking for the same at this moment, waits a little for what comes of it.
        """
        body = {
            "purpose": purpose,
            "request_ref": request_ref,
            "period": _days(period),
            "members": [{"cadre_id": str(cadre_id), "role": role} for cadre_id, role in members],
        }
        for pause in (0.0, *_PAUSES):
            await asyncio.sleep(pause)
            answer = await self._peer().call(
                "POST",
                "/v1/secondments",
                json=body,
                cause=cause,
                acting_for=acting_for,
                idempotency_key=f"reserve:{request_ref}",
            )
            if not is_still_running(answer):
                break
        return read(PEER, Secondment, document_of(PEER, answer))

    async def free_seats(
        self, secondment_id: UUID, cadre_ids: Sequence[UUID], *, key: str, acting_for: str
    ) -> Secondment:
        """Call some members back, so that their seats wait for somebody else; those who have left already are left."""
        present = await self.get_secondment(secondment_id)
        holding = [str(s.cadre_id) for s in present.members if s.cadre_id in set(cadre_ids) and s.state in HOLDING]
        if not holding:
            return present
        answer = await self._peer().call(
            "POST",
            f"/v1/secondments/{secondment_id}/recall",
            json={"cadre_ids": holding},
            acting_for=acting_for,
            idempotency_key=f"free:{key}",
        )
        return read(PEER, Secondment, document_of(PEER, answer))

    async def give_back_silent(self, secondment_id: UUID, cadre_ids: Sequence[UUID], *, acting_for: str) -> Secondment:
        """Call those back whose home unit has not answered; the others are left as they are.

        Raises PeerFailed if an answer came in between: asking again is safe.
        """
        present = await self.get_secondment(secondment_id)
        silent = [str(s.cadre_id) for s in present.members if s.cadre_id in set(cadre_ids) and s.state == _UNANSWERED]
        if not silent:
            return present
        answer = await self._peer().call(
            "POST",
            f"/v1/secondments/{secondment_id}/recall",
            json={"cadre_ids": silent},
            acting_for=acting_for,
            if_match=present.version,
        )
        if answer.status_code == _STALE:
            raise PeerFailed(members={"peer": PEER})
        return read(PEER, Secondment, document_of(PEER, answer))

    async def fill_seats(
        self, secondment_id: UUID, changes: Sequence[SeatChange], *, key: str, acting_for: str
    ) -> Secondment:
        """Ask for others in freed or empty seats: all of them or none. Repeating it changes nothing.

        Raises PeerRefused (double_booked, home_unit_quota, …) and PeerFailed.
        """
        present = await self.get_secondment(secondment_id)
        seated = {seat.cadre_id for seat in present.members if seat.state in HOLDING}
        if all(change.incoming in seated for change in changes):
            return present
        answer = await self._peer().call(
            "POST",
            f"/v1/secondments/{secondment_id}/replace",
            json={"members": [change.as_json() for change in changes]},
            acting_for=acting_for,
            idempotency_key=f"fill:{key}",
        )
        return read(PEER, Secondment, document_of(PEER, answer))

    async def request_support(self, body: Mapping[str, Any], *, key: str, acting_for: str) -> UUID:
        """Ask for directed support for a unit in difficulty; the same key asks once. Returns the support's id."""
        answer = await self._peer().call(
            "POST",
            "/v1/directed-supports",
            json=dict(body),
            acting_for=acting_for,
            idempotency_key=f"difficulty:{key}",
        )
        return UUID(str(document_of(PEER, answer)["id"]))

    async def get_secondment(self, secondment_id: UUID, *, cause: Cause | None = None) -> Secondment:
        """The present state of a secondment."""
        return read(
            PEER,
            Secondment,
            document_of(PEER, await self._peer().call("GET", f"/v1/secondments/{secondment_id}", cause=cause)),
        )

    async def settle(self, secondment_id: UUID, verb: SettleVerb, *, acting_for: str) -> Secondment:
        """Activate, end or recall a secondment; one that is there already, or beyond, is done.

        Raises PeerFailed also while the pool still refuses a move that has to come: the caller tries again.
        """
        answer = await self._peer().call(
            "POST",
            f"/v1/secondments/{secondment_id}/{verb}",
            json={},
            acting_for=acting_for,
            idempotency_key=f"{verb}:{secondment_id}",
        )
        try:
            return read(PEER, Secondment, document_of(PEER, answer))
        except PeerRefused as error:
            if error.status != _CONFLICT:
                raise
            present = await self.get_secondment(secondment_id)
            if present.state in _DONE[verb] or (verb == "recall" and not present.holds_anybody):
                return present
            raise PeerFailed(members={"peer": PEER, "state": present.state}) from error


def _days(period: tuple[date, date]) -> dict[str, str]:
    return {"from": period[0].isoformat(), "to": period[1].isoformat()}


def _parts(items: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
