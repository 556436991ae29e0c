"""Settings of files."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AttachmentSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_ATTACHMENT_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    attachment_store: str = Field(
        "",
        description="where files are kept: `file:///folder` or `s3://bucket/prefix` (endpoint and credentials by the "
        "usual `AWS_` variables); empty: no files are taken",
    )
    attachment_max_bytes: int = Field(
        10 * 1024 * 1024, ge=1024, description="largest file with an entry or clue, bytes"
    )
    attachment_max_count: int = Field(50, ge=1, le=1000, description="most files with one entry or clue")
