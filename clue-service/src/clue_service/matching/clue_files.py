"""Files of clues for the commands of matching: every line is looked at before anything runs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core import PydanticCustomError, from_json

Body = dict[str, Any]


def _day(raw: Any, _: Any) -> str:
    try:
        return date.fromisoformat(raw).isoformat()
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("day", "should be a day like 2026-01-31") from error


_Day = Annotated[str, WrapValidator(_day)]
_Id = Annotated[str, Field(min_length=1)] | int


class _Subject(BaseModel):
    name: str | None = None
    unit_name: str | None = None
    unit_code: str | None = None
    post: str | None = None
    id_number: str | None = None
    person_code: str | None = None


class _Allegation(BaseModel):
    text: str | None = None
    category_code: str | None = None
    occurred_from: _Day | None = None
    occurred_to: _Day | None = None
    place: str | None = None
    amount_cny: float | None = Field(None, ge=0, allow_inf_nan=False)


class _Clue(BaseModel):
    """What the engine reads of a ``POST /v1/clues`` body, with the names the file gives clue and matters."""

    model_config = ConfigDict(extra="ignore")

    id: _Id
    received_on: _Day
    subjects: list[_Subject] | None = None
    allegations: list[_Allegation]
    receiving_unit: str | None = None
    source_code: str | None = None
    matter_ids: list[_Id] | None = None


def read_clues(file: Path) -> list[Body]:
    """The clues of a file, in its order.

    Raises:
        typer.BadParameter: a line is no clue, or its id was there before; names line and field, never what they say.
    """
    found: list[Body] = []
    seen: dict[str, int] = {}
    for number, line in _lines(file):
        body = _clue(number, line)
        name = str(body["id"])
        if name in seen:
            raise typer.BadParameter(f"line {number} has the id of line {seen[name]}")
        seen[name] = number
        found.append(body)
    return found


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank. A letter may hold what Unicode calls a line's end: only the file's own ones count."""
    number = 0
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"after line {number} the file is not UTF-8") from error


def _clue(number: int, line: str) -> Body:
    try:
        body = from_json(line, allow_inf_nan=False)
        _Clue.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        said = f"{place}: {first['msg']}" if place else first["msg"]
        raise typer.BadParameter(f"line {number} is no clue ({said})") from error
    except ValueError as error:
        raise typer.BadParameter(f"line {number} is no JSON") from error
    return dict(body)
