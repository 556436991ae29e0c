"""Preferences over HTTP."""

from datetime import time
from typing import Annotated, Literal
from zoneinfo import available_timezones

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints, field_validator, model_validator

from notification_service.notices.wording import TITLES

Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$")]
Kind = Annotated[str, StringConstraints(max_length=64)]
_ZONES = frozenset(available_timezones()) - {
    "localtime",
    "posixrules",
    "Factory",
}  # these are the machine's, no place's


class PreferencesIn(RequestModel):
    """All wishes at once; what is left out takes its default. The inbox holds every notice, whatever is wished."""

    language: Literal["zh-CN", "en"] = "zh-CN"
    timezone: str = Field("Asia/Shanghai", max_length=64, description="IANA name")
    digest_at: time | None = Field(
        None, description="once a day at this time, all in one message; at once if null. Minutes count, seconds do not"
    )
    quiet_from: time | None = Field(None, description="no message from then …")
    quiet_to: time | None = Field(None, description="… until then, which may be on the next day")
    muted_kinds: list[Kind] = Field(default_factory=list, max_length=200, description="kinds that stay in the inbox")
    email: Email | None = Field(None, description="used once you have confirmed the code that is sent to it")
    chat: str | None = Field(
        None, min_length=8, max_length=1_000, description="Apprise address of a chat, such as `wecombot://…`"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in _ZONES:
            raise FieldRefused("unknown_timezone", "时区名称不存在", "There is no such time zone")
        return name

    @field_validator("muted_kinds")
    @classmethod
    def _known_kinds(cls, kinds: list[str]) -> list[str]:
        if not TITLES.keys() >= set(kinds):
            raise FieldRefused("unknown_kind", "含有不存在的通知类型", "Holds a kind of notice that does not exist")
        return sorted(set(kinds))

    @field_validator("digest_at", "quiet_from", "quiet_to")
    @classmethod
    def _on_the_wall(cls, at: time | None) -> time | None:
        if at is not None and at.tzinfo is not None:
            raise FieldRefused(
                "with_offset", "只写当地钟点，时区另填", "Name the local hour alone; the zone is a field of its own"
            )
        return at

    @model_validator(mode="after")
    def _both_or_none(self) -> "PreferencesIn":
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise FieldRefused("incomplete", "免打扰时段须有起止", "Quiet hours need both ends")
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise FieldRefused("empty", "免打扰时段起止相同", "Quiet hours begin and end at the same time")
        return self


class PreferencesOut(ResponseModel):
    """Your wishes."""

    language: Literal["zh-CN", "en"]
    timezone: str
    digest_at: time | None
    quiet_from: time | None
    quiet_to: time | None
    muted_kinds: list[str]
    email: str | None
    email_state: Literal["none", "unconfirmed", "confirmed", "failing"]
    has_chat: bool
    channels: list[str] = Field(description="what this platform offers beside the inbox: email, chat")


class ConfirmationIn(RequestModel):
    """The code that was sent to the address."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
