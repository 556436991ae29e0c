"""Settings of briefings."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BriefingSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    briefing_ack_working_days: int = Field(
        3, ge=1, le=60, description="working days within which a briefing that names no day is acknowledged"
    )
    briefing_escalation_working_days: int = Field(
        5,
        ge=1,
        le=120,
        description="working days after which leaders are told who has not acknowledged; never before it was due",
    )
