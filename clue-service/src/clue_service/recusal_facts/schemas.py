"""Whom a clue is about, by code, for the talent pool's recusal checks."""

from chassis.web import ResponseModel


class RecusalFactsOut(ResponseModel):
    """Codes only: no name, no text, no reporter."""

    unit_codes: list[str]
    """Units the subjects belong to, or that are subjects themselves."""
    person_codes: list[str]
    """Subjects who are supervised persons of the directory."""
    lead_unit: str | None
    co_units: list[str]
