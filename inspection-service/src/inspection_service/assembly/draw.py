"""The auditable draw between equally good proposals: every seat carries a lot, a salted hash of who sits where.

All lots of a round together are worth less than the smallest difference between two objectives, so they decide between
equals only. The salt comes from outside (round, rules and run number), so nobody can draw again until the result suits,
and the clock has no say in it: whoever solves the round again, on whatever machine, gets the same teams.
"""

import hashlib

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.model import Model

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

ALL_LOTS = 0.09
"""Points that the lots of all seats can be worth together, where points are whole numbers."""

_LOT_BITS = 20


def lots(model: Model, columns: IntArray, salt: str) -> FloatArray:
    """The points each of these columns carries as its lot; auxiliary columns and points with fractions carry none.

    A lot is 20 bits of a hash of salt, person id, team id and role name.
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
        drawn[at] = int.from_bytes(digest, "big") >> (64 - _LOT_BITS)
    drawn *= ALL_LOTS / 2**_LOT_BITS / max(1, int(i.seats.sum()))
    return drawn
