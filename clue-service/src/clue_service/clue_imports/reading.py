"""Rows out of files: lines of JSON, and tables. Takes a processor's time, so call it in a thread."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from chassis.errors import HeliError
from chassis.problems import FieldRefused
from chassis.spreadsheets.domain import rows_of
from chassis.spreadsheets.errors import FileRefused
from chassis.spreadsheets.files import read_rows
from pydantic import ValidationError

from clue_service.clue_imports.domain import (
    ABOVE_LEVEL,
    COLUMNS,
    ERRORS_PER_ROW,
    LONGEST_CELL,
    MOST_ROWS,
    NDJSON,
    GivenRow,
    Problem,
    field_of,
    form_of_cells,
)
from clue_service.intake.schemas import RegisterClueIn
from clue_service.sealed_receipts.schemas import RecordReceiptIn

_LONGEST_LINE = 4 * 1024 * 1024  # bytes
_MARK = b"\xef\xbb\xbf"


def given_rows(file: IO[bytes], form: str) -> Iterator[GivenRow]:
    """The rows of a file, in order; raises ``FileRefused``, also while reading."""
    file.seek(0)
    if form == NDJSON:
        return _lines(file)
    raw = read_rows(file, form)
    return (form_of_cells(row) for row in rows_of(raw, COLUMNS, most_rows=MOST_ROWS, longest_cell=LONGEST_CELL))


def count_rows(file: IO[bytes], form: str) -> int:
    """How many rows there are; raises ``FileRefused`` for what is wrong with the file as a whole."""
    return sum(1 for _ in given_rows(file, form))


def check_beginning(file: IO[bytes], form: str) -> None:
    """Raise ``FileRefused`` where a file ends, or cannot be read, before its first row."""
    next(given_rows(file, form), None)


def _lines(file: IO[bytes]) -> Iterator[GivenRow]:
    number = count = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_MARK)
        is_too_long = len(line) > _LONGEST_LINE
        while is_too_long and not line.endswith(b"\n") and (line := file.readline(_LONGEST_LINE)):
            pass  # the rest of a line that is much too long
        if not line.strip() and not is_too_long:
            continue
        count += 1
        if count > MOST_ROWS:
            raise FileRefused("too_many_rows")
        yield _refused(number, "line_too_long") if is_too_long else _line(number, line)
    if not count:
        raise FileRefused("no_rows")


def _line(number: int, line: bytes) -> GivenRow:
    try:
        document = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return _refused(number, "unknown_encoding")
    except (ValueError, RecursionError):
        return _refused(number, "malformed_json")
    if not isinstance(document, dict):
        return _refused(number, "malformed_json")
    above = document.pop(ABOVE_LEVEL, False)
    given = GivenRow(number, document, is_above_level=above is True)
    if not isinstance(above, bool):
        given.errors.append((f"/{ABOVE_LEVEL}", "bool_type"))
    if not document.get("origin_ref"):
        given.errors.append(("/origin_ref", "missing"))
    return given


def _refused(number: int, code: str) -> GivenRow:
    return GivenRow(number, {}, [(None, code)])


@dataclass
class CheckedRow:
    """A row as it will be taken: as a clue, as a receipt that holds nothing, or not at all."""

    number: int
    origin: tuple[Any, ...]
    clue: RegisterClueIn | None = None
    receipt: RecordReceiptIn | None = None
    errors: tuple[Problem, ...] = ()


def check_row(given: GivenRow, *, is_table: bool) -> CheckedRow:
    """The row against the form; what the directory and the database say comes later."""
    checked = CheckedRow(given.number, given.origin())
    problems = list(given.errors)
    if given.is_above_level:
        # Of such a row only dates and channel are looked at: faults in what it tells would say that it was read.
        problems = [one for one in problems if one[0] in _OF_RECEIPTS]
    if not problems:
        try:
            if given.is_above_level:
                form = {"channel": "other", **{key: given.form[key] for key in _RECEIPT if given.form.get(key)}}
                checked.receipt = RecordReceiptIn.model_validate(form)
            else:
                checked.clue = RegisterClueIn.model_validate(given.form)
        except ValidationError as error:
            problems = [
                _problem(one, is_table=is_table) for one in error.errors(include_url=False, include_input=False)
            ]
        except HeliError as error:
            problems = [(None, error.code)]
    checked.errors = tuple(problems[:ERRORS_PER_ROW])
    return checked


_RECEIPT = ("received_on", "channel")
_OF_RECEIPTS = frozenset(
    {None, *_RECEIPT, "origin_ref", "source_code", *(f"/{name}" for name in (*_RECEIPT, "origin_ref"))}
)


def _problem(one: Any, *, is_table: bool) -> Problem:
    carried = one.get("ctx", {}).get("error")
    code = carried.code if isinstance(carried, FieldRefused) else str(one["type"])
    # The name of a field that does not exist is the sender's own text: it is not kept.
    location = one["loc"][:-1] if code == "extra_forbidden" else one["loc"]
    return field_of(location, is_table=is_table), code
