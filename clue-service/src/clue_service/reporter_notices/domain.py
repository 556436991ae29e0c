"""What a real-name reporter is to be told, and by when: acceptance and result, fifteen working days each. Pure.

Nobody is told of a repeat, and nothing is owed to who is anonymous. Each of the two is given exactly once.
"""

from enum import StrEnum

from clue_service.proceedings.domain import PartMoves, row

ITEM = "reporter_notice"
OFFICERS = frozenset({"intake_officer", "case_supervisor"})


class NoticeState(StrEnum):
    """``not_owed`` where the letter turned out to be a repeat, or the clue goes on."""

    OWED = "owed"
    GIVEN = "given"
    NOT_OWED = "not_owed"


class Kind(StrEnum):
    """That the report was accepted; what came of it."""

    ACCEPTANCE = "acceptance"
    RESULT = "result"


class Method(StrEnum):
    """How the reporter was told."""

    LETTER = "letter"
    VISIT = "visit"
    PHONE = "phone"
    ONLINE = "online"


class Part(StrEnum):
    """What a caller is to a notice."""

    OFFICE = "office"


S = NoticeState
MOVES = PartMoves(
    (
        row(
            "give",
            [S.OWED],
            S.GIVEN,
            ((OFFICERS, Part.OFFICE),),
            "clue.reporter_notice.given.v1",
            "the clue was accepted; a result also needs its conclusion",
        ),
        row(
            "note-objection",
            [S.GIVEN],
            None,
            ((OFFICERS, Part.OFFICE),),
            None,
            "that the reporter objects; what is said belongs to the clue",
        ),
    )
)
