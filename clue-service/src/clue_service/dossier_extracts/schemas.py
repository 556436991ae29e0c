"""What an inspection may know of the clues about a unit, before it enters."""

from datetime import date
from typing import Annotated, Literal

from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints

from clue_service.advice.schemas import AdviceLineOut

_Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{1,47}$")]


class DossierExtractIn(RequestModel):
    """About which unit, for what and for which team; who asks is the acting user."""

    unit_code: _Code
    purpose: Literal["entry"]
    matter: Annotated[str, StringConstraints(pattern=r"^team:[0-9a-f-]{36}$")] = Field(
        description="the team whose entry is prepared"
    )


class LedgerLineOut(ResponseModel):
    """One clue by its number. Neither who, nor what, nor from whom."""

    clue_no: str
    source_code: str
    categories: list[str]
    received_on: date
    stage: str
    closure: str | None
    secrecy_level: str


class DossierExtractOut(ResponseModel):
    """``depth`` ledger: single lines for what lies within the asker's area and clearance; all the rest is counted only.

    ``is_cut``: there were more lines than an answer holds; the counts are complete.
    """

    unit_code: str
    depth: Literal["counts", "ledger"]
    clues: int
    by_stage: dict[str, int]
    by_source: dict[str, int]
    by_category: dict[str, int]
    by_year: dict[str, int]
    items: list[LedgerLineOut]
    counted_only: int
    is_cut: bool
    advice: list[AdviceLineOut] = Field(
        default_factory=list, description="letters of advice served on the unit, within the asker's area and clearance"
    )
    advice_total: int = 0
    advice_by_state: dict[str, int] = Field(default_factory=dict)
