"""What this service can be told beyond the platform's own settings."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class InspectionSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; each field's description feeds the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    rectification_months: int = Field(
        2,
        ge=1,
        le=36,
        description="months a unit has to put something right where no date is given (巡视工作条例 2015: 2)",
    )
    consent_days: int = Field(
        5,
        ge=1,
        le=90,
        description="days a home unit has to answer for its seats; then they are given back and others are looked for",
    )
    coverage_interval_months: int = Field(
        60, ge=1, le=240, description="months within which every unit is to be inspected once; units may have their own"
    )
    coverage_warning_days: int = Field(
        180, ge=0, le=3650, description="days before its date from which a unit counts as due soon"
    )


@cache
def inspection_settings() -> InspectionSettings:
    """The settings of this process, read once."""
    return InspectionSettings()
