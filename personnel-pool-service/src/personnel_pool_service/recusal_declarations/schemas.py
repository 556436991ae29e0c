"""Declarations as cadres write them. What is declared is in no answer, not even how much."""

from datetime import datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.recusals.grounds import Tie, TieKind
from personnel_pool_service.secondments.schemas import Reference
from personnel_pool_service.vocabulary import Day, Remark, UnitCode


class TieIn(RequestModel):
    """One tie to a unit or to somebody in it."""

    kind: TieKind
    unit_code: UnitCode
    last: Day | None = Field(None, alias="to", description="Last day of it; absent if it holds today")
    note: Remark | None = None

    def to_domain(self) -> tuple[Tie, str | None]:
        """The tie as the rules see it, and its note."""
        return Tie(self.kind, self.unit_code, self.last), self.note


class DeclarationIn(RequestModel):
    """The whole truth at present: it takes the place of what was declared before. No ties is a declaration too."""

    occasion_ref: Reference = Field(description="What it is for, such as `round:<id>`")
    ties: list[TieIn] = Field(default_factory=list, max_length=50)


class DeclarationOut(ResponseModel):
    """That somebody declared. What, is sealed."""

    id: UUID
    cadre_id: UUID
    occasion_ref: str
    declared_at: datetime
    is_standing: bool


class QuestionOut(ResponseModel):
    """One question of the form."""

    kind: TieKind
    zh: str
    en: str


class FormOut(ResponseModel):
    """What a cadre is asked at mobilisation."""

    questions: list[QuestionOut]


_QUESTIONS = {
    TieKind.KINSHIP: (
        "配偶、直系血亲、三代以内旁系血亲或近姻亲在该单位任职，或与有关人员有上述关系",
        "Spouse, direct line, collateral within three generations or near in-law works there, or is concerned",
    ),
    TieKind.OWN_INTEREST: (
        "本人与该单位或有关事项有利害关系",
        "The matter or the unit touches an interest of your own",
    ),
    TieKind.RELATIVES_INTEREST: ("近亲属与有关事项有利害关系", "The matter touches an interest of a near relative"),
    TieKind.WITNESS: ("本人曾担任有关事项的证人、鉴定人等", "You were a witness or an expert in the matter"),
    TieKind.SUPERIOR_SUBORDINATE: (
        "近三年内与该单位领导有上下级关系",
        "Superior or subordinate of a leader there within the last three years",
    ),
    TieKind.SERVED_TOGETHER: ("与该单位领导曾共事", "You served together with a leader there"),
    TieKind.TEACHER_CLASSMATE: ("与该单位领导有师生或同学关系", "Teacher, pupil or classmate of a leader there"),
    TieKind.STUDIED_THERE: ("曾在该单位学习", "You studied there"),
    TieKind.OTHER: ("其他可能影响公正的情形", "Anything else that might affect fairness"),
}


def form() -> FormOut:
    """The form, in both languages."""
    return FormOut(questions=[QuestionOut(kind=kind, zh=zh, en=en) for kind, (zh, en) in _QUESTIONS.items()])
