"""Settings of exports of clues."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ExportSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_EXPORT_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    export_max_clues: int = Field(1_000, ge=1, le=5_000, description="most clues that one export may hold")
    export_make_hours: int = Field(72, ge=1, le=720, description="hours after its approval in which a file can be made")
    export_file_hours: int = Field(24, ge=1, le=168, description="hours for which a file that was made can be fetched")
