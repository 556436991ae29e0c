"""The order in which transactions take locks. Whoever takes two of them takes them in this order, so nobody waits in
a circle:

1. matters (``matters.serialise``, ``matters.hold``), one lock for all changes of matters, leads and alerts
2. rows of clues; of several at once, in the order of their ids
3. pairs, alerts with their clues, transfers, deletions and what else hangs on a clue
4. recusals (``recusals.reach.hold_still``)
5. the outbox and the audit log, which ``Uow.finish`` writes last

A transaction that changes matters may have to change rows of many clues, since recusals follow matters, and learns of
which only under the lock of matters; so that lock comes first.
"""

from sqlalchemy.ext.asyncio import AsyncSession

_HOLDS_MATTERS = "holds matters"
_HOLDS_CLUES = "holds clues"


class LockedOutOfOrder(RuntimeError):
    """A fault of the program: it would wait in a circle with others some day."""


def may_lock_matters(session: AsyncSession) -> bool:
    """Whether the lock of matters has yet to be taken; raises LockedOutOfOrder where it comes too late."""
    if session.info.get(_HOLDS_MATTERS):
        return False
    if session.info.get(_HOLDS_CLUES):
        message = "the lock of matters is taken before rows of clues"
        raise LockedOutOfOrder(message)
    session.info[_HOLDS_MATTERS] = True
    return True


def note_clues(session: AsyncSession) -> None:
    """Rows of clues are locked now."""
    session.info[_HOLDS_CLUES] = True
