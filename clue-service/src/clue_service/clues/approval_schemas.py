"""How an approval is named: a person of the platform, or a paper with its number, kind, date and office."""

import re
from datetime import date
from enum import StrEnum
from typing import Any

from chassis.errors import invalid_field
from chassis.web import RequestModel
from contracts.envelope import Sub
from pydantic import Field

_BRACKETED_YEAR = re.compile(r"[〔\[【(（]\s*(\d{4})\s*[〕\]】)）]")
_NUMBER_AFTER = re.compile(r"\s*第?\s*\d+")
_FIRST_YEAR = 1949
_REFERENCE = "/approved_by/offline_ref"


class PaperKind(StrEnum):
    """What the paper is."""

    APPROVAL_FORM = "approval_form"
    INSTRUCTION = "instruction"
    MINUTES = "minutes"
    LETTER = "letter"


class PaperOffice(StrEnum):
    """Whose decision the paper holds."""

    PARTY_SECRETARY = "party_secretary"
    STANDING_COMMITTEE = "standing_committee"
    PRINCIPAL_LEADER = "principal_leader"
    DEPUTY_LEADER = "deputy_leader"


class OfflineApproval(RequestModel):
    """An approval on paper, such as a Party secretary's, by the number under which it is filed.

    A document number is ``纪批〔2026〕12号``; another register's number, such as ``批 2026-12``, will do.
    """

    offline_ref: str = Field(min_length=1, max_length=200)
    kind: PaperKind | None = None
    office: PaperOffice | None = Field(None, description="Whose decision it is; compared with who has to approve")
    approved_on: date | None = None

    def check(self, today: date) -> None:
        """Raise Invalid where the reference is no number that a paper is filed under, or the paper is of the future."""
        year = _BRACKETED_YEAR.search(self.offline_ref)
        is_numbered = any(mark.isdigit() for mark in self.offline_ref) and any(map(str.isalpha, self.offline_ref))
        if not is_numbered or (year is not None and not _NUMBER_AFTER.match(self.offline_ref, year.end())):
            raise invalid_field(
                _REFERENCE,
                "no_document_number",
                "须写明文号，如“纪批〔2026〕12号”",
                "Give the number under which the paper is filed, such as 纪批〔2026〕12号",
            )
        if year is not None and not _FIRST_YEAR <= int(year[1]) <= today.year:
            raise invalid_field(_REFERENCE, "year_out_of_range", "文号年份不正确", "The year of the number is wrong")
        if self.approved_on is not None and self.approved_on > today:
            raise invalid_field(
                "/approved_by/approved_on", "in_the_future", "不得晚于今天", "Must not lie in the future"
            )


ApprovedBy = Sub | OfflineApproval


def approval_record(approved_by: ApprovedBy | None, unverified: str | None = None) -> dict[str, Any] | None:
    """An approval as it is stored; ``unverified`` says why it was not found to hold, where that was only noted."""
    if approved_by is None:
        return None
    if isinstance(approved_by, OfflineApproval):
        record = approved_by.model_dump(mode="json", exclude_none=True)
    else:
        record = {"sub": approved_by}
    return record if unverified is None else {**record, "unverified": unverified}
