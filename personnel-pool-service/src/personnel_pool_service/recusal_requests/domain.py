"""The life of a request for recusal: asked by the unit, verified by the inspection office, decided by its head."""

from chassis.moves import Move, MoveTable

from personnel_pool_service.recusals.grounds import Rank

REQUESTED, VERIFIED, UPHELD, DISMISSED, WITHDRAWN = "requested", "verified", "upheld", "dismissed", "withdrawn"

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
REQUESTERS = LEADERS | {"home_unit_approver"}
OFFICE = frozenset({"inspection_office"})
READERS = OFFICE | {"pool_manager"}

MOVES = MoveTable(
    [
        Move("verify", frozenset({REQUESTED}), VERIFIED, OFFICE, note="finds whether there is something to it"),
        Move("uphold", frozenset({VERIFIED}), UPHELD, LEADERS, note="by a leader who did not verify it"),
        Move("dismiss", frozenset({VERIFIED}), DISMISSED, LEADERS, note="by a leader who did not verify it"),
        Move("withdraw", frozenset({REQUESTED, VERIFIED}), WITHDRAWN, REQUESTERS, note="by the unit that asked"),
    ]
)
"""All moves of a request for recusal."""

WEIGHT = {REQUESTED: Rank.REVIEW, VERIFIED: Rank.REVIEW, UPHELD: Rank.BLOCK}
"""What a request means for recusal checks at the unit; in the other states it means nothing."""
