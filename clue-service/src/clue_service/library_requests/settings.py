"""Settings of the library."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LibrarySettings(BaseSettings):
    """Environment variables with the prefix ``HELI_LIBRARY_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    library_grant_max_days: int = Field(90, ge=1, le=366, description="longest a library entry may be opened, days")
    library_expiry_notice_days: int = Field(
        3, ge=1, le=60, description="days before the end of a grant at which who may read the entry is told, once"
    )
