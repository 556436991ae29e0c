"""Settings of the retention of clues."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RetentionSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_RETENTION_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    retention_years_filed: int = Field(
        0, ge=0, le=200, description="years the content of a clue that led to a case is kept; 0: for ever"
    )
    retention_years_handled: int = Field(
        30, ge=0, le=200, description="years the content of a clue that a unit handled is kept; 0: for ever"
    )
    retention_years_not_handled: int = Field(
        10, ge=0, le=200, description="years the content of a clue that nobody handled is kept; 0: for ever"
    )
