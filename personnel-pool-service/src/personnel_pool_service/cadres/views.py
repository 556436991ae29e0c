"""Cadres as they are shown: their row with what is kept elsewhere, read for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.uow import Uow

from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.cadres import repository
from personnel_pool_service.cadres.domain import ACTIVE, SUSPENDED, CadreFacts, Post, flags
from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.principals import service as principals
from personnel_pool_service.tags import service as tags
from personnel_pool_service.tags.domain import fold


@dataclass(frozen=True)
class CadreView:
    """A cadre with what is kept elsewhere. ``available`` is None where no period was asked about."""

    row: CadreRow
    work_history: list[Post]
    sub: str | None
    days_lent: int
    available: bool | None = None

    def facts(self) -> CadreFacts:
        """The part of it that a recusal check looks at."""
        row = self.row
        return CadreFacts(row.id, row.name, row.home_unit, row.native_place, tuple(self.work_history))


@dataclass(frozen=True)
class CadreDetail(CadreView):
    """One cadre in full, with what is doubtful."""

    flags: tuple[str, ...] = ()
    unlisted_tags: tuple[str, ...] = ()


async def view_of(uow: Uow, row: CadreRow) -> CadreDetail:
    """One cadre in full."""
    (view,) = await views_of(uow, [row])
    known = await tags.codes_of(uow, row.tags)
    has_namesake = row.id in await repository.list_namesakes(uow.session, [row.id])
    return CadreDetail(
        **vars(view),
        flags=(*flags(view.work_history), *(["same_name_and_birth"] if has_namesake else [])),
        unlisted_tags=tuple(tag for tag in row.tags if fold(tag) not in known),
    )


async def ids_in_pool(uow: Uow) -> list[UUID]:
    """Everybody who is in the pool, suspended or not, in order."""
    return await repository.list_ids(uow.session, (ACTIVE, SUSPENDED))


async def views_of(uow: Uow, rows: Sequence[CadreRow]) -> list[CadreView]:
    """Cadres with what is kept elsewhere, in the order given."""
    ids = [row.id for row in rows]
    posts = await repository.list_posts(uow.session, ids) if ids else {}
    subs = await principals.subs_of(uow, ids)
    lent = await bookings.days_lent(uow, ids)
    return [CadreView(row, posts[row.id], subs.get(row.id), lent.get(row.id, 0)) for row in rows]
