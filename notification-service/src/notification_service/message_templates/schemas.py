"""Templates over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import StringConstraints

from notification_service.message_templates.domain import MOST_CHARACTERS

Name = Literal["notices", "confirmation"]
Language = Literal["zh-CN", "en"]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS, strip_whitespace=False)]


class TemplateIn(RequestModel):
    """The words of a message, as Jinja templates. Variables: `notices[].title|due|link|kind`, or `code`."""

    name: Name
    language: Language
    subject: Subject
    body: Body


class TemplateOut(ResponseModel):
    """One version."""

    id: UUID | None
    name: Name
    language: Language
    number: int
    subject: str
    body: str
    is_active: bool
    made_by: str | None
    made_at: datetime | None


class PreviewOut(ResponseModel):
    """A message filled with a sample."""

    subject: str
    body: str
