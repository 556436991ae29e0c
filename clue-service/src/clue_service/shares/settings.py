"""Settings of shares."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ShareSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_SHARE_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    share_max_days: int = Field(90, ge=1, le=366, description="longest a share of a clue may last, days")
