"""Settings of the moves."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MoveSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    clue_approvals: Literal["enforce", "note"] = Field(
        "enforce",
        description="what an approval that cannot be verified does to a move: `enforce` refuses it; `note` takes it and"
        " says so in the clue and the audit log, for trial stacks where everybody signs in as anybody",
    )
