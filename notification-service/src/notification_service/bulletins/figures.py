"""The figures of a bulletin, asked of the services with the reader's own token: as of the period's last day.

Nothing is counted and nothing is kept here. The services count anew as of a day that is over, so the same reader is
given the same figures whenever they ask, and never more than they may know.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.http import PeerFailed
from chassis.service import Resources
from chassis.uow import Cause

from notification_service.bulletins.domain import Period
from notification_service.bulletins.words import SOURCES, figure


@dataclass(frozen=True)
class Line:
    """One number. ``number`` may be a text such as ``<5`` where the number itself is not shown."""

    figure: str
    code: str
    name: str
    number: int | str


@dataclass(frozen=True)
class Part:
    """What one service says; ``lines`` None: the reader may not read its figures."""

    source: str
    lines: tuple[Line, ...] | None


@dataclass(frozen=True)
class Reader:
    """Who asks: their token as they sent it, their language, and the request."""

    authorization: str
    language: str
    cause: Cause


async def parts_of(resources: Resources, reader: Reader, period: Period) -> list[Part]:
    """Every service's figures of a period for a reader.

    Raises:
        PeerFailed: a service cannot be asked now; half a bulletin is none.
    """
    return [Part(source, await _lines(resources, reader, period, source)) for source in SOURCES]


async def _lines(resources: Resources, reader: Reader, period: Period, source: str) -> tuple[Line, ...] | None:
    first, last = period.first.isoformat(), period.last.isoformat()
    path, asked = {
        "clue": ("/v1/statistics/sheet", {"period_from": first, "period_to": last}),
        "inspection": ("/v1/inspection-statistics", {"starts_from": first, "starts_to": last}),
        "pool": ("/v1/fairness-figures", {"from": first, "to": last}),
    }[source]
    answer = await resources.peers[source].call(
        "GET",
        path,
        params={**asked, "as_of": last, **({} if source == "pool" else {"format": "csv"})},
        cause=reader.cause,
        language=reader.language,
        authorization=reader.authorization,
    )
    if answer.status_code == 403:
        return None
    if answer.status_code != 200:
        raise PeerFailed(members={"peer": source})
    if source == "pool":
        return tuple(_read_pool(answer.json(), reader.language))
    rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    next(rows)
    return tuple(_read(rows, source, reader.language))


def _read(rows: Iterator[list[str]], source: str, language: str) -> Iterator[Line]:
    for row in rows:
        if source == "clue":
            called, code, name, number = row
        else:
            _, known, code, number = row
            called, name = figure(known, language), code
        yield Line(called, code, name, int(number) if number.isdecimal() else number)


def _read_pool(document: Mapping[str, Any], language: str) -> Iterator[Line]:
    for name in ("members", "members_lent", "days"):
        yield Line(figure(name, language), "", "", document[name])
    called = figure("days_by_home_unit", language)
    for one in sorted(document["home_units"], key=lambda home: str(home["home_unit"])):
        yield Line(called, one["home_unit"], one["home_unit"], one["days"])
