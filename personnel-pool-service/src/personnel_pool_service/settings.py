"""What this service can be told beyond the platform's own settings."""

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
