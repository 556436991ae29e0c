"""What the gateway reads from its environment beyond the platform's settings."""

from chassis.settings import PlatformSettings
from pydantic import Field


class GatewaySettings(PlatformSettings):
    """Limits of the door. Each field's description feeds the configuration reference."""

    issuer_url: str = Field("", description="local stack only: where /dev/token and /dev/clock go; default HELI_ISSUER")
    upload_limit: int = Field(32 * 1024 * 1024, ge=1024, description="largest body of an import or attachment, bytes")
    header_limit: int = Field(16 * 1024, ge=1024, description="largest request head, bytes")
    rate_per_s: float = Field(200.0, gt=0, description="requests per second one caller may make for long")
    rate_burst: int = Field(1000, ge=1, description="requests one caller may make at once")
    connect_timeout_s: float = Field(2.0, gt=0, description="wait for a connection to a service, seconds")
    first_byte_timeout_s: float = Field(10.0, gt=0, description="wait for a service to begin its answer, seconds")
    total_timeout_s: float = Field(30.0, gt=0, description="whole exchange up to a held answer, seconds")
    idle_timeout_s: float = Field(45.0, gt=0, description="silence in a streamed answer before it is cut, seconds")
    upstream_connections: int = Field(100, ge=1, description="exchanges with one service at the same time")
    cors_origins: list[str] = Field(
        [], description='web origins whose pages may call, as JSON, such as ["https://front.example"]; none by default'
    )
    revocations_every_s: float = Field(
        1.0, gt=0, description="how often the pool is asked for revoked tokens, seconds; at once after a revocation"
    )
    stream_connections: int = Field(5000, ge=1, description="open event streams with one service at the same time")

    @property
    def issuer_base(self) -> str:
        """Base address of the local issuer."""
        return self.issuer_url or self.issuer
