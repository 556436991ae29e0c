"""Tags as callers write and read them."""

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.tags.domain import TagDraft, TagKind
from personnel_pool_service.vocabulary import Tag


class TagIn(RequestModel):
    """The whole tag; what is left out is empty."""

    kind: TagKind
    name_zh: Tag
    name_en: Tag
    synonyms: list[Tag] = Field(default_factory=list, max_length=50, description="Other spellings; each means one tag")
    is_retired: bool = Field(default=False, description="Offered no more, found as before")

    def to_draft(self, code: str) -> TagDraft:
        """The tag under its code."""
        synonyms = tuple(dict.fromkeys(self.synonyms))
        return TagDraft(code, self.kind.value, self.name_zh, self.name_en, synonyms, self.is_retired)


class TagOut(ResponseModel):
    """One tag of the vocabulary."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    synonyms: list[str]
    is_retired: bool
    version: int


class UnlistedTagOut(ResponseModel):
    """A text cadres bear as a tag that means nothing to the vocabulary yet."""

    tag: str
    cadres: int
