"""Settings of lights."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from notification_service.deadlines.profiles import Profile


class LightSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    light_profiles: list[Profile] = Field(
        [],
        description='JSON list of local rules for the lights of clues, such as `["no_opinion", "progress"]`: the first'
        " that knows a clue's state holds, and the general rule (yellow three days before, red after) for the rest",
    )
    light_escalation_working_days: int = Field(
        5,
        ge=1,
        le=250,
        description="working days after which leaders are told, once, of what nobody has acknowledged: an item that is"
        " to be acknowledged since it began, anything else since it was first told to be overdue",
    )


@cache
def light_settings() -> LightSettings:
    """What this process was started with: read once, because every event that moves a clock asks."""
    return LightSettings()
