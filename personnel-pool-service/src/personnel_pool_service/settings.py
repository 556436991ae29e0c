"""What this service can be told beyond the platform's own settings."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PoolSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; each field's description feeds the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    lending_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description=(
            "largest share of a home unit's active pool members lent on the same day; "
            "the quota is max(1, floor(share × members)). Local rules often say 0.2"
        ),
    )
    lending_max_months: int = Field(3, ge=1, le=36, description="longest secondment, extensions included, months")
    lending_cumulative_months: int = Field(
        12,
        ge=0,
        le=36,
        description="most months a person may be lent within the window, all secondments together; 0 sets no limit",
    )
    lending_window_months: int = Field(24, ge=1, le=120, description="the window of the cumulative limit, months")
    lending_cool_down_days: int = Field(
        0, ge=0, le=366, description="days a person stays at home between two secondments; 0 asks for none"
    )
    lending_integrity_check: bool = Field(
        default=True,
        description="ask clue-service about open clues before people are lent; without its answer nobody is lent",
    )
    refusal_needs_reason: bool = Field(
        default=False, description="a home unit that keeps its people must say why; without it the reason is optional"
    )
    recusal_region_rank: Literal["review", "block"] = Field(
        "review", description="what it means for leading seats to inspect the county one comes from"
    )
    recusal_unsealing_minutes: int = Field(
        60,
        ge=1,
        le=1440,
        description="how long after approval the two people may read why somebody is recused, minutes",
    )
    token_lifetime_h: int = Field(
        24,
        ge=1,
        le=24 * 366,
        description="hours after which a token revoked by its id, with no end named, is taken to have expired",
    )
