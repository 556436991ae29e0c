"""Settings of what leaves the platform."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OutwardSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    outward_event_days: int = Field(30, ge=2, le=366, description="how long streams and webhooks can go back, days")
    webhook_networks: list[str] = Field(
        [],
        description="JSON list of networks beyond the public internet that webhooks may go to, such as"
        ' `["10.20.0.0/16"]`; plain http is allowed there only',
    )
    webhook_timeout_s: float = Field(10.0, gt=0, le=30, description="longest wait for a webhook's receiver, seconds")
