"""Settings of bulletins."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from notification_service.bulletins.domain import Rhythm


class BulletinSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    bulletin_rhythms: list[Rhythm] = Field(
        [Rhythm.MONTH, Rhythm.QUARTER, Rhythm.HALF_YEAR],
        description="JSON list of the bulletins that are made: month, quarter, half_year",
    )
    bulletin_roles: list[str] = Field(
        ["leader", "principal_leader", "deputy_leader", "case_supervisor", "inspection_office"],
        description="JSON list of the roles that are told of bulletins and may read them",
    )
    bulletin_unit_types: list[str] = Field(
        ["cdi", "case_management_office", "supervision_office", "inspection_office"],
        description="JSON list of the types of units whose people are told of bulletins",
    )
