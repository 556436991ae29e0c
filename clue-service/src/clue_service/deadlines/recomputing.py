"""Counts running clocks anew by the rules and calendars that hold now, page by page, and says what changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.identity import Principal
from chassis.service import Resources
from chassis.uow import Uow

from clue_service.deadlines import repository
from clue_service.deadlines.clocked import KINDS, Clocked
from clue_service.deadlines.domain import end_of_day
from clue_service.deadlines.errors import RecomputingRuns
from clue_service.deadlines.models import DeadlineRun

PAGE = 200
"""Rows of one transaction: a run that is killed repeats none of those before."""


@dataclass(frozen=True)
class Change:
    """A due date that differs from what is stored."""

    kind: str
    id: UUID
    rule: str
    previous: datetime
    due_at: datetime


@dataclass
class Summary:
    """What a run came to. ``is_dry``: nothing was written."""

    is_dry: bool
    read: int = 0
    changed: int = 0


Tell = Callable[[Change], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Recomputing:
    """One run. ``tell`` hears every change, ``progress`` how many of how many clocks were read."""

    resources: Resources
    by: Principal
    is_dry: bool
    tell: Tell
    progress: Progress
    page: int = PAGE

    async def go(self) -> Summary:
        """Count every running clock anew; go on with a run that was left off. Raises RecomputingRuns."""
        async with self.resources.database.sessions.begin() as session:
            if not await repository.hold_run(session):
                raise RecomputingRuns
            return await self._go()

    async def _go(self) -> Summary:
        async with self.resources.transactions(self.by) as uow:
            total = sum([await repository.count_of(uow.session, one.model, one.where) for one in KINDS])
            run = None if self.is_dry else await _run(uow)
            kind, after = (run.kind, run.after_id) if run else (KINDS[0].noun, None)
            summary = Summary(self.is_dry, run.read if run else 0, run.changed if run else 0)
        names = [one.noun for one in KINDS]
        for one in KINDS[names.index(kind) :]:
            while True:
                read, after = await self._page(one, after, summary)
                self.progress(summary.read, max(total, summary.read))
                if read < self.page:
                    break
            after = None
        if not self.is_dry:
            async with self.resources.transactions(self.by) as uow:
                run = await _run(uow)
                run.finished_at = uow.now
                await uow.audit("finish", "deadline_run", run.id, detail={"changed": run.changed})
        return summary

    async def _page(self, kind: Clocked[Any], after: UUID | None, summary: Summary) -> tuple[int, UUID | None]:
        changes: list[Change] = []
        async with self.resources.transactions(self.by) as uow:
            if kind.hold is not None and not self.is_dry:
                await kind.hold(uow)
            rows = await repository.page_of(uow.session, kind.model, kind.where, after, self.page, lock=not self.is_dry)
            for row in rows:
                change = await self._count(uow, kind, row)
                if change is not None:
                    changes.append(change)
            after = rows[-1].id if rows else after
            if not self.is_dry:
                run = await _run(uow)
                run.kind, run.after_id = kind.noun, after
                run.read, run.changed = run.read + len(rows), run.changed + len(changes)
        summary.read += len(rows)
        summary.changed += len(changes)
        for change in changes:
            self.tell(change)
        return len(rows), after

    async def _count(self, uow: Uow, kind: Clocked[Any], row: Any) -> Change | None:
        counted = await kind.count(uow, row)
        if counted is None:
            return None
        rule, due = counted
        previous, due_at = getattr(row, kind.column), end_of_day(due.on, uow.clock.zone)
        if due_at == previous:
            return None
        if not self.is_dry:
            await kind.put(uow, row, rule, due)
        return Change(kind.noun, row.id, rule.name, previous, due_at)


async def _run(uow: Uow) -> DeadlineRun:
    """The run that goes on, or a new one."""
    found = await repository.unfinished_run(uow.session)
    if found is not None:
        return found
    run = DeadlineRun(started_by=uow.actor.sub, started_at=uow.now, kind=KINDS[0].noun, read=0, changed=0)
    uow.session.add(run)
    await uow.session.flush()
    await uow.audit("start", "deadline_run", run.id)
    return run
