"""Tags by any of their spellings."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class TagKind(StrEnum):
    """What a tag says about somebody."""

    EXPERIENCE = "experience"
    SKILL = "skill"
    LANGUAGE = "language"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class TagDraft:
    """A tag as its writer describes it."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    synonyms: tuple[str, ...] = ()
    is_retired: bool = False

    def spellings(self) -> set[str]:
        """Every folded spelling that means this tag."""
        return {fold(one) for one in (self.code, self.name_zh, self.name_en, *self.synonyms)}


def fold(text: str) -> str:
    """A spelling as it is compared: full width, case and outer blanks do not count. The database folds alike."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def to_codes(texts: Iterable[str], codes: Mapping[str, str]) -> list[str]:
    """Tags as codes, each once, sorted; ``codes`` maps folded spellings. An unlisted text stands for itself."""
    return sorted({codes.get(fold(text), text) for text in texts})
