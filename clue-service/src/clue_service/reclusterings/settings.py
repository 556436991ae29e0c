"""Settings of re-clustering."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ReclusteringSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_RECLUSTER_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    recluster_nightly: bool = Field(False, description="whether the worker starts a re-clustering every night")
    recluster_hour: int = Field(2, ge=0, le=23, description="local hour from which the nightly re-clustering starts")
    recluster_folder: str = Field(
        "", description="where the export lies while it is used; empty: /dev/shm where there is one, else temporary"
    )
    recluster_max_comparisons: int = Field(
        200_000_000, ge=1_000, description="most comparisons of one re-clustering; broader blocking is left out beyond"
    )
    recluster_max_proposals: int = Field(2_000, ge=1, description="most new pairs one re-clustering brings to review")
    recluster_minutes: int = Field(180, ge=1, le=1440, description="longest a re-clustering may take, minutes")
    recluster_memory: str = Field(
        "2GB", pattern=r"^\d+(MB|GB)$", description="memory DuckDB may use before it spills into the export's folder"
    )
    recluster_threads: int = Field(2, ge=1, le=256, description="threads DuckDB may use")
