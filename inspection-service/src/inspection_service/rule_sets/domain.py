"""The life of a rule set version, what is built in, and the digest a run records."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chassis.moves import Move, MoveTable

from inspection_service.assembly.built_in import BUILT_IN_PROFILES, DEFAULT_WEIGHTS
from inspection_service.assembly.rule_set import WEIGHTS_NAME, Profile, RuleSetKind

OFFICE = frozenset({"inspection_office"})
LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})

BUILT_IN_NUMBER = 1
"""Version 1 of the built-in names; what an office writes under such a name begins with 2."""


class RuleSetStatus(StrEnum):
    """A draft may change; what has been in force never does."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    RETIRED = "retired"


S = RuleSetStatus

MOVES = MoveTable(
    [
        Move(
            "put-in-force",
            frozenset({S.DRAFT}),
            S.IN_FORCE,
            LEADERS,
            note="replaces the version in force; not by the author",
        ),
        Move(
            "retire",
            frozenset({S.DRAFT, S.IN_FORCE}),
            S.RETIRED,
            OFFICE | LEADERS,
            note="the built-in version, if there is one, is in force again",
        ),
    ]
)


@dataclass(frozen=True)
class Version:
    """One version in force, with its content."""

    kind: str
    name: str
    number: int
    document: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Hash of the content: what a run records beside name and number."""
        text = json.dumps(self.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """How a run refers to it."""
        return {"kind": self.kind, "name": self.name, "number": self.number, "digest": self.digest}


def document_of(profile: Profile) -> dict[str, Any]:
    """The stored form of a profile: its rules without name and version."""
    return profile.model_dump(mode="json", exclude={"name", "version"})


BUILT_IN: Mapping[str, Version] = {
    **{
        profile.name: Version(RuleSetKind.PROFILE.value, profile.name, BUILT_IN_NUMBER, document_of(profile))
        for profile in BUILT_IN_PROFILES
    },
    WEIGHTS_NAME: Version(RuleSetKind.WEIGHTS.value, WEIGHTS_NAME, BUILT_IN_NUMBER, {"weights": dict(DEFAULT_WEIGHTS)}),
}


def profiles_of(versions: Sequence[Version]) -> tuple[Profile, ...]:
    """The profiles among some versions, as the engine takes them."""
    return tuple(
        Profile.model_validate({**one.document, "name": one.name, "version": one.number})
        for one in versions
        if one.kind == RuleSetKind.PROFILE
    )


def weights_of(versions: Sequence[Version]) -> dict[str, float]:
    """The weights among some versions."""
    found: Mapping[str, Any] = next(
        (one.document["weights"] for one in versions if one.kind == RuleSetKind.WEIGHTS), {}
    )
    return {name: float(value) for name, value in found.items()}
