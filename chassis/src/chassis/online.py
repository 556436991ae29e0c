"""What a migration does beside the running service: it fills a column and makes indexes, and holds up nobody.

Each of these commits what its migration did before, and stays done when something later fails. The migration then runs
again: what is done is found done, and the rest of the migration must bear it too.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.logging import get_logger
from chassis.migrations import LOCK_TIMEOUT

log = get_logger(__name__)

BATCH = 5_000
"""Rows of one transaction: some tenths of a second, for which whoever changes one of them waits."""
_VACUUM_EVERY = 40
"""Batches after which the space of the rows they wrote anew is used again; without, the table ends twice as large."""
_IS_VALID = sa.text("select indisvalid from pg_index where indexrelid = to_regclass(:name)")


def fill_column(table: str, column: str, value: str, *, key: str = "id", batch: int = BATCH) -> None:
    """Fill a column where it is null, in batches by the primary key, each a transaction of its own.

    It rests after each batch for as long as that took. A row that another transaction holds is left out and then waited
    for alone, so that nobody who waits for the batch is waited for by it.

    Args:
        table: Where the column is.
        column: What is filled; whatever the service writes meanwhile must fill it itself, by a trigger for instance.
        value: SQL of a row of the table.
        key: The table's primary key.
        batch: Rows of one transaction.
    """
    rows = sa.table(table, sa.column(key), sa.column(column))
    one, is_empty = rows.c[key], rows.c[column].is_(None)
    filled = sa.update(rows).where(is_empty).values({column: sa.text(value)})
    done = batches = 0
    with op.get_context().autocommit_block():
        begin = op.get_bind().scalar(sa.select(one).where(is_empty).order_by(one).limit(1))
        while begin is not None:
            began = time.monotonic()
            end = op.get_bind().scalar(sa.select(one).where(one >= begin).order_by(one).offset(batch).limit(1))
            batch_keys = sa.select(one).where(is_empty, one >= begin, *([] if end is None else [one < end]))
            done += _fill_batch(filled, batch_keys)
            batches += 1
            if batches % _VACUUM_EVERY == 0 or end is None:
                op.execute(f"vacuum (truncate false) {table}")
                log.info("column_filled", table=table, column=column, rows=done, is_whole=end is None)
            begin = end
            if begin is not None:
                time.sleep(time.monotonic() - began)


def _fill_batch(filled: sa.Update, empty: sa.Select[Any]) -> int:
    """Fill the rows whose keys are selected; returns how many."""
    (key,) = empty.selected_columns
    free = empty.with_for_update(key_share=True, skip_locked=True).scalar_subquery()
    # An array, for which the planner takes the key's index whatever it thinks of the column.
    done = op.get_bind().execute(filled.where(key == sa.any_(sa.func.array(free)))).rowcount
    for held in op.get_bind().scalars(empty).all():
        done += op.get_bind().execute(filled.where(key == held)).rowcount
    return done


def create_index(name: str, table: str, columns: Sequence[str | sa.TextClause], **options: Any) -> None:
    """Make an index concurrently, with the options of `op.create_index`.

    What an earlier try left invalid is made anew; a valid one of this name stays as it is.
    """
    with _waiting_for_transactions():
        if op.get_bind().scalar(_IS_VALID, {"name": name}) is False:
            op.drop_index(name, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options)


@contextmanager
def _waiting_for_transactions() -> Iterator[None]:
    """What is done concurrently waits for all transactions that began before, a backup's too, and holds up none."""
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        yield
        op.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")
