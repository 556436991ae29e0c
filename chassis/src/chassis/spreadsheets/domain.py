"""Spreadsheets as imports read them: a header row somewhere near the top, then one thing per row."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chassis.spreadsheets.errors import FileRefused

Cell = str | int | float | bool | date | None
MOST_ROWS = 30_000  # PostgreSQL takes 32,767 parameters a statement
HEADER_WITHIN = 10  # rosters often begin with a title and a line about who filled them in
LONGEST_CELL = 4_000  # characters
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: \d{1,2}:\d{2}(?::\d{2})?)?$")
_MONTH = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[Ee]\+?\d{1,3}$")
_FIFTEEN_DIGITS = 10**15
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


@dataclass(frozen=True)
class Column:
    """A column that may be there, by any of its headers."""

    name: str
    headers: tuple[str, ...]
    is_required: bool = False


@dataclass(frozen=True)
class RowError:
    """Why a row is refused or doubted. Never quotes the cell."""

    row: int
    column: str | None
    code: str


@dataclass
class Row:
    """One row under the header; ``number`` counts from 1 as the spreadsheet program shows it."""

    number: int
    cells: dict[str, Cell]
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, column: str | None, code: str) -> None:
        """Note why this row cannot be taken."""
        self.errors.append(RowError(self.number, column, code))

    def text(self, column: str) -> str | None:
        """A cell as text; None where it is empty."""
        value = self.cells.get(column)
        if value is None:
            return None
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip() or None


@dataclass(frozen=True)
class RawRow:
    """A row as its file has it, before the header is known."""

    number: int
    values: tuple[Cell, ...]
    formulas: frozenset[int] = frozenset()
    """Positions of cells that hold a formula instead of a value."""
    is_merged: bool = False
    sheet: int = 0
    """Counted from 0; of a later one than the first only the beginning is here."""


def fold_header(header: object) -> str:
    """A header as it is compared: width, case, blanks and marks of obligation do not count."""
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    return re.sub(r"[\s*()_\-:]+", "", text)


def rows_of(
    raw: Iterable[RawRow], columns: Sequence[Column], *, most_rows: int = MOST_ROWS, longest_cell: int = LONGEST_CELL
) -> Iterator[Row]:
    """The rows under the header; a cell of more characters than ``longest_cell`` is refused.

    Raises:
        FileRefused: no header row, a missing, unknown or repeated column, a merged header, no rows, or too many;
            rows under such a header on another sheet, which would be left out.
    """
    rows = iter(raw)
    positions = _find_header(rows, columns)
    names, required = _names_of(columns), _required_of(columns)
    count = headed = 0
    for one in rows:
        if all(value is None or value == "" for value in one.values) and not one.formulas:
            continue
        if one.sheet:
            if one.sheet == headed:
                raise FileRefused("several_sheets")
            headed = one.sheet if required <= _known(one, names) else headed
            continue
        count += 1
        if count > most_rows:
            raise FileRefused("too_many_rows")
        yield _row(one, positions, longest_cell)
    if not count:
        raise FileRefused("no_rows")


def _names_of(columns: Sequence[Column]) -> dict[str, str]:
    return {fold_header(header): column.name for column in columns for header in (column.name, *column.headers)}


def _required_of(columns: Sequence[Column]) -> set[str]:
    return {column.name for column in columns if column.is_required}


def _known(row: RawRow, names: Mapping[str, str]) -> set[str]:
    return {names[key] for value in row.values if (key := fold_header(value or "")) in names}


def _find_header(rows: Iterator[RawRow], columns: Sequence[Column]) -> dict[int, str]:
    names, required = _names_of(columns), _required_of(columns)
    best: RawRow | None = None
    most = 0
    for _ in range(HEADER_WITHIN):
        candidate = next(rows, None)
        if candidate is None or candidate.sheet:
            break
        known = _known(candidate, names)
        if len(known) > most:
            best, most = candidate, len(known)
        if required <= known:
            return _positions(candidate, names)
    if best is None:
        raise FileRefused("no_header", columns=sorted(required))
    raise FileRefused("missing_column", columns=sorted(required - _known(best, names)))


def _positions(header: RawRow, names: Mapping[str, str]) -> dict[int, str]:
    if header.is_merged:
        raise FileRefused("merged_header")
    positions: dict[int, str] = {}
    unknown = []
    for index, value in enumerate(header.values):
        if value is None or not str(value).strip():
            continue
        name = names.get(fold_header(value))
        if name is None:
            unknown.append(letter(index))
        elif name in positions.values():
            raise FileRefused("repeated_column", columns=[name])
        else:
            positions[index] = name
    if unknown:
        raise FileRefused("unknown_header", columns=unknown)
    return positions


def _row(raw: RawRow, positions: Mapping[int, str], longest_cell: int) -> Row:
    row = Row(raw.number, {})
    if raw.is_merged:
        row.refuse(None, "merged_cells")
    for index, value in enumerate(raw.values):
        name = positions.get(index)
        if name is None:
            if value is not None and str(value).strip():
                row.refuse(letter(index), "cell_without_header")
            continue
        row.cells[name] = value
        if index in raw.formulas:
            row.refuse(name, "formula")
        elif isinstance(value, str) and (problem := _text_problem(value, longest_cell)) is not None:
            row.refuse(name, problem)
    return row


def _text_problem(value: str, longest: int) -> str | None:
    if len(value) > longest:
        return "string_too_long"
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        return "unstorable_text"
    return None


def letter(index: int) -> str:
    """The letter of a column, counted from 0: A, B, …, Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_date(value: Cell) -> date | None:
    """A cell as a day, in digits of either width, with or without a time; None where it is empty.

    Raises:
        ValueError: no day of the calendar; the message is the error's code.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("malformed_date")
    text = "" if value is None else str(int(value) if isinstance(value, float) else value)
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return None
    found = _COMPACT.match(text) or _DATE.match(text)
    if found is None:
        raise ValueError("imprecise_date" if _MONTH.match(text) else "malformed_date")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise ValueError("malformed_date") from None


def read_month(text: str) -> tuple[int, int] | None:
    """(year, month) of a text such as 2015-03; None if it is none."""
    found = _MONTH.match(text)
    return (int(found[1]), int(found[2])) if found and 1 <= int(found[2]) <= 12 else None


def has_lost_digits(cell: Cell) -> bool:
    """Whether a number in a cell is no longer what was typed: spreadsheets keep fifteen digits, and write long ones
    as 1.23457E+17."""
    if isinstance(cell, str):
        return _SCIENTIFIC.match(cell) is not None
    return isinstance(cell, int | float) and abs(cell) >= _FIFTEEN_DIGITS


def split_list(text: str | None) -> list[str]:
    """The entries of a cell that holds several, separated as people do."""
    return [part for part in (one.strip() for one in re.split(r"[;；,，、|\n]", text or "")) if part]


def read_yes(text: str | None, yes: frozenset[str], no: frozenset[str]) -> bool | None:
    """A yes or no; None where the cell is empty. Raises ``ValueError`` for anything else."""
    if text is None:
        return None
    folded = fold_header(text)
    if folded in yes or folded in no:
        return folded in yes
    raise ValueError("neither_yes_nor_no")
