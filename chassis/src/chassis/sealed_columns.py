"""What a service seals: the columns, and what binds each value to its row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. ``keys`` name the row; the context a value was sealed with is ``kind``, what
    ``names`` hold, and ``suffix`` where there is one, with colons between."""

    kind: str
    value: Column
    keys: tuple[Column, ...]
    names: tuple[Column, ...]
    suffix: str | None = None
    key_name: Column | None = None
    """A column that repeats the name of the key."""

    @property
    def label(self) -> str:
        """What reports call the values: the kind, and the suffix where one row has several."""
        return self.kind if self.suffix is None else f"{self.kind}:{self.suffix}"

    def selected(self) -> list[ColumnElement[Any]]:
        """What a query selects after the value: what names the row, then what its context is made of."""
        # Labels, since a key may be part of the context too and would be selected once only.
        return [one.label(f"part_{number}") for number, one in enumerate((*self.keys, *self.names))]

    def keys_of(self, row: Row[Any]) -> tuple[Any, ...]:
        """What names a row that ``key_rotations.take_other`` found."""
        return tuple(row[1 : 1 + len(self.keys)])

    def context_of(self, row: Row[Any]) -> str:
        """What binds a value to its row, as it was sealed."""
        names = map(str, row[1 + len(self.keys) :])
        return ":".join([self.kind, *names, *([self.suffix] if self.suffix is not None else [])])
