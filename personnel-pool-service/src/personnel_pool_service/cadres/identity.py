"""Identity numbers: what they say about a person, how they are kept. GB 11643-1999, ISO 7064 MOD 11-2."""

import re
from dataclasses import dataclass
from datetime import date

from chassis.keyring import KeyRing

_NUMBER = re.compile(r"\d{17}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class IdNumber:
    """A valid identity number. Never shown, never logged."""

    text: str
    birth_date: date
    gender: str

    def digest(self, keys: KeyRing) -> bytes:
        """By which the same number is found again without being stored in the open."""
        return keys.digest("cadre_id_number", self.text.encode())


def read_id_number(text: str) -> IdNumber:
    """An identity number as written.

    Raises:
        ValueError: not one; the message is the error's code.
    """
    number = re.sub(r"\s", "", text).upper()
    if not _NUMBER.fullmatch(number):
        raise ValueError("malformed_id_number")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    if _CHECKS[total % 11] != number[17]:
        raise ValueError("malformed_id_number")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("malformed_id_number") from None
    return IdNumber(number, born, "male" if int(number[16]) % 2 else "female")
