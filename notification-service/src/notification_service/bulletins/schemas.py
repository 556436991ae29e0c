"""Bulletins as they are answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from notification_service.bulletins.domain import Period, Rhythm
from notification_service.bulletins.figures import Part
from notification_service.bulletins.models import Bulletin


class BulletinLineOut(ResponseModel):
    """A bulletin in a list."""

    id: UUID
    number: str = Field(description="2026-11, 2026-Q4, 2026-H2")
    rhythm: Rhythm
    period_from: date
    period_to: date
    made_at: datetime
    links: dict[str, str] = Field(description="where it is read, printed and had as a sheet")


class FigureOut(ResponseModel):
    """One number; a text such as ``<5`` where it is too small to be shown."""

    figure: str
    code: str
    name: str
    number: int | str


class PartOut(ResponseModel):
    """The figures of one service; ``figures`` is null where you may not read them."""

    source: Literal["clue", "inspection", "pool"]
    figures: list[FigureOut] | None


class BulletinOut(BulletinLineOut):
    """A bulletin with the figures you may know."""

    parts: list[PartOut]
    digest: str = Field(description="SHA-256 of the figures: the same figures have the same")


def period_of(bulletin: Bulletin) -> Period:
    """The period a bulletin tells of."""
    return Period(Rhythm(bulletin.rhythm), bulletin.period_from)


def line_out(bulletin: Bulletin) -> BulletinLineOut:
    """A row as a list shows it."""
    here = f"/v1/bulletins/{bulletin.id}"
    return BulletinLineOut(
        id=bulletin.id,
        number=period_of(bulletin).number,
        rhythm=Rhythm(bulletin.rhythm),
        period_from=bulletin.period_from,
        period_to=bulletin.period_to,
        made_at=bulletin.made_at,
        links={"self": here, "page": f"{here}/page", "sheet": f"{here}/sheet"},
    )


def bulletin_out(bulletin: Bulletin, parts: list[Part], digest: str) -> BulletinOut:
    """A bulletin and its reader's figures."""
    shown = [PartOut.model_validate({"source": one.source, "figures": one.lines}) for one in parts]
    return BulletinOut(**line_out(bulletin).model_dump(), parts=shown, digest=digest)
