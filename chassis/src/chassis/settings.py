"""The settings every process reads from its environment, and nothing else reads."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; each field's description feeds the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    environment: Literal["local", "production"] = Field("production", description="`local` opens the /dev routes")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="lowest level that is logged")
    bind_host: str = Field("127.0.0.1", description="address the HTTP server listens on")
    bind_port: int = Field(8000, ge=0, le=65535, description="port the HTTP server listens on")
    database_url: SecretStr = Field(SecretStr(""), description="PostgreSQL URL of the runtime role, which owns nothing")
    database_owner_url: SecretStr = Field(SecretStr(""), description="PostgreSQL URL of the owner role, for `migrate`")
    database_pool_size: int = Field(8, ge=1, le=200, description="connections kept open to PostgreSQL per process")
    database_pool_overflow: int = Field(12, ge=0, le=200, description="connections opened beyond that under load")
    nats_url: SecretStr = Field(SecretStr("nats://127.0.0.1:4222"), description="NATS server, with user and password")
    stream_replicas: int = Field(1, ge=1, le=5, description="copies of each stream: 1 on one server, 3 on a cluster")
    stream_max_bytes: int = Field(4 * 2**30, ge=2**20, description="largest size of the event stream, bytes")
    issuer: str = Field("", description="`iss` claim of access tokens")
    jwks_url: str = Field("", description="where the issuer publishes its public keys")
    token_url: str = Field("", description="where a service gets its own token (client credentials)")
    audience: str = Field("heli", description="`aud` claim of access tokens")
    client_id: str = Field("", description="this service's client id at the issuer")
    client_secret: SecretStr = Field(SecretStr(""), description="this service's client secret at the issuer")
    clue_url: str = Field("", description="base URL of clue-service")
    pool_url: str = Field("", description="base URL of personnel-pool-service")
    inspection_url: str = Field("", description="base URL of inspection-service")
    notification_url: str = Field("", description="base URL of notification-service")
    public_url: str = Field("", description="address of the gateway as its callers see it")
    clock_file: str = Field("", description="local stack only: file that shifts the business clock")
    keys_file: str = Field("", description="JSON key ring for field encryption and keyed digests")
    timezone: str = Field("Asia/Shanghai", description="civil time zone of dates, deadlines and numbers")
    body_limit: int = Field(1024 * 1024, ge=1024, description="largest request body, bytes")
    upload_limit: int = Field(
        32 * 1024 * 1024,
        ge=1024,
        description="largest file, or part of one, sent to an address of -imports or /attachments, bytes",
    )
    traces_endpoint: str = Field("", description="OTLP over HTTP, such as http://collector:4318/v1/traces; empty: off")
    traces_share: float = Field(1.0, ge=0, le=1, description="share of stories that are traced")
    sent_event_retention_days: int = Field(90, ge=1, description="how long published outbox rows are kept for refills")

    @property
    def is_local(self) -> bool:
        """Whether this is the one-machine stack, where the /dev routes exist."""
        return self.environment == "local"
