"""The closed vocabularies of the pool, and the text types its requests are made of."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from chassis.problems import FieldRefused
from chassis.web import is_storable
from pydantic import AfterValidator, Field, StringConstraints

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,47}$"
"""Codes of units and of supervised persons."""


class UnitType(StrEnum):
    """What kind of node a unit is."""

    PARTY_COMMITTEE = "party_committee"
    CDI = "cdi"
    CASE_MANAGEMENT_OFFICE = "case_management_office"
    PETITION_OFFICE = "petition_office"
    SUPERVISION_OFFICE = "supervision_office"
    INVESTIGATION_OFFICE = "investigation_office"
    CONDUCT_OFFICE = "conduct_office"
    DISPATCHED_GROUP = "dispatched_group"
    UNIT_DISCIPLINE_BODY = "unit_discipline_body"
    UNIVERSITY_CDI = "university_cdi"
    INSPECTION_OFFICE = "inspection_office"
    ORGANISATION_DEPARTMENT = "organisation_department"
    SUPERVISED_UNIT = "supervised_unit"


class UnitStatus(StrEnum):
    """Whether a unit still exists."""

    ACTIVE = "active"
    MERGED = "merged"
    DISSOLVED = "dissolved"


class Level(StrEnum):
    """Where in the country's tree a unit stands."""

    CENTRAL = "central"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class SupervisionType(StrEnum):
    """The four supervisions."""

    DISCIPLINE = "discipline"
    SUPERVISORY = "supervisory"
    DISPATCHED = "dispatched"
    INSPECTION = "inspection"


class AuthoritySource(StrEnum):
    """From whom a discipline body has its powers: its own committee, the dispatching commission, or a ministry."""

    INTERNAL = "internal"
    DISPATCHED = "dispatched"
    VERTICAL = "vertical"


class ObjectGroup(StrEnum):
    """The six groups of people under state supervision (Supervision Law, article 15)."""

    CIVIL_SERVANT = "civil_servant"
    AUTHORISED_ORGANISATION = "authorised_organisation"
    STATE_ENTERPRISE = "state_enterprise"
    PUBLIC_INSTITUTION = "public_institution"
    GRASSROOTS_AUTONOMY = "grassroots_autonomy"
    OTHER_PUBLIC_DUTY = "other_public_duty"


class Rank(StrEnum):
    """Ranks of cadres, lowest first."""

    CLERK = "clerk"
    SECTION_DEPUTY = "section_deputy"
    SECTION_CHIEF = "section_chief"
    DIVISION_DEPUTY = "division_deputy"
    DIVISION_CHIEF = "division_chief"
    BUREAU_DEPUTY = "bureau_deputy"
    BUREAU_CHIEF = "bureau_chief"
    ABOVE = "above"


class PoolKind(StrEnum):
    """Which pools a cadre belongs to."""

    CASE = "case"
    INSPECTION_MEMBER = "inspection_member"
    INSPECTION_LEADER = "inspection_leader"
    UNIVERSITY_BACKBONE = "university_backbone"
    EXPERT = "expert"


class Gender(StrEnum):
    """As on the official register."""

    MALE = "male"
    FEMALE = "female"


def _storable(value: str) -> str:
    if not is_storable(value):
        raise FieldRefused(
            "unstorable_text", "文本含有无法保存的字符", "The text holds characters that cannot be stored"
        )
    return value


Storable = AfterValidator(_storable)
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Storable]
"""A short text: a name, a post, an alias."""
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Storable]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Storable]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Storable]
"""A longer text, such as a reason."""
UnitCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Sub = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$"), Storable]
"""Subject identifier given by the identity provider."""
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day somebody names. Bounded, so that months can be counted on from it in both directions."""
Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
"""A seat's role in a team, or a role a person holds."""
