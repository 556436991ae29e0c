"""The auditable draw between equally good proposals: every seat carries a lot, a salted hash of who sits where.

Of proposals with the same points the one whose lots are most together is taken (``drawing``). The salt comes from
outside (round, rules and run number), so nobody can draw again until the result suits, and the clock has no say in it:
whoever solves the round again, on whatever machine, gets the same teams.
"""

import hashlib

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.model import Model

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

ALL_LOTS = 0.09
"""Points that the lots of all seats can be worth together where a search counts them in with the points."""

LOT_BITS = 16
"""Few enough that sums of lots are told apart exactly by a solver that calculates with fifteen digits."""


def lots(model: Model, columns: IntArray, salt: str) -> FloatArray:
    """The lot of each of these columns, a whole number; auxiliary columns and points with fractions carry none.

    A lot is the first 16 bits of a BLAKE2b hash (8 bytes) of salt, person id, team id and role name, each preceded by
    its length and a colon.
    """
    i, c = model.instance, model.instance.columns
    drawn = np.zeros(len(columns))
    if not i.is_integral:
        return drawn
    for at, column in enumerate(columns[columns < model.binaries].tolist()):
        parts = (salt, i.person_ids[c.person[column]], i.team_ids[c.team[column]], i.role_names[c.role[column]])
        # Lengths are hashed too, so that no two seats share one text.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        drawn[at] = int.from_bytes(digest, "big") >> (64 - LOT_BITS)
    return drawn


def lots_as_points(model: Model, columns: IntArray, salt: str) -> FloatArray:
    """The lots so small that those of all seats together are worth less than a point."""
    drawn = lots(model, columns, salt)
    drawn *= ALL_LOTS / 2**LOT_BITS / max(1, int(model.instance.seats.sum()))
    return drawn
