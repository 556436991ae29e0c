"""Who sees a clue, and why."""

from dataclasses import dataclass, replace

import pytest
from chassis.directory import Unit, UnitTree
from chassis.identity import Principal
from clue_service.access.policy import Access, access_to, viewer_of

TREE = UnitTree(
    [
        Unit("pc-x", "pc-x", "party_committee"),
        Unit("cdi-x", "cdi-x", "cdi", "pc-x"),
        Unit("cmo-x", "cmo-x", "case_management_office", "cdi-x"),
        Unit("pet-x", "pet-x", "petition_office", "cdi-x"),
        Unit("inv-x", "inv-x", "investigation_office", "cdi-x"),
        Unit("team-x", "team-x", "investigation_office", "inv-x"),
        Unit("dg-x", "dg-x", "dispatched_group", "cdi-x"),
        Unit("cdi-y", "cdi-y", "cdi", "cdi-x"),
        Unit("cmo-y", "cmo-y", "case_management_office", "cdi-y"),
        Unit("uni", "uni", "university_cdi"),
    ]
)


@dataclass(frozen=True)
class Facts:
    commission: str = "cdi-x"
    status: str = "assigned"
    secrecy_level: str = "internal"
    registered_by: str = "registrar"
    registered_via: str | None = None
    lead_unit: str | None = "inv-x"
    co_units: tuple[str, ...] = ("dg-x",)
    members: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()


def who(role: str, unit: str | None, sub: str = "someone", clearance: str = "internal") -> Principal:
    return Principal(sub=sub, unit=unit, roles=frozenset({role}), clearance=clearance)  # type: ignore[arg-type]  # any text


CLUE = Facts()
CASES = [
    (who("case_supervisor", "cmo-x"), replace(CLUE, recused=("someone",)), None),
    (who("intake_officer", "pet-y", "registrar"), replace(CLUE, recused=("registrar",)), None),
    (who("intake_officer", "pet-x"), CLUE, Access.OFFICE),
    (who("case_supervisor", "cmo-x"), CLUE, Access.OFFICE),
    (who("case_supervisor", "cdi-x"), CLUE, Access.OFFICE),
    (who("intake_officer", "dg-x"), replace(CLUE, co_units=()), None),
    (who("case_supervisor", "cmo-y"), CLUE, None),
    (who("case_supervisor", "cmo-x"), replace(CLUE, commission="cdi-y", lead_unit=None, co_units=()), None),
    (who("handler", "inv-x"), CLUE, Access.HANDLER),
    (who("handler", "team-x"), CLUE, Access.HANDLER),
    (who("handler", "dg-x"), CLUE, Access.HANDLER),
    (who("handler", "pet-x"), CLUE, None),
    (who("handler", "inv-x"), replace(CLUE, members=("other",)), None),
    (who("handler", "inv-x", sub="me"), replace(CLUE, members=("me",)), Access.HANDLER),
    (who("handler", "inv-x"), replace(CLUE, lead_unit="cdi-x", co_units=()), None),
    (who("handler", "cdi-x"), replace(CLUE, lead_unit="cdi-x", co_units=()), Access.HANDLER),
    (who("leader", "inv-x"), CLUE, Access.UNIT),
    (who("principal_leader", "cdi-x"), CLUE, Access.LEADER),
    (who("principal_leader", "cdi-x"), replace(CLUE, status="registered", lead_unit=None), None),
    (who("principal_leader", "cdi-y"), CLUE, None),
    (who("handler", "pet-x", sub="registrar"), CLUE, Access.REGISTRAR),
    (who("leader", "pc-x", sub="boss"), replace(CLUE, approvers=("boss",)), Access.APPROVER),
    (who("case_supervisor", "cmo-x"), replace(CLUE, secrecy_level="secret"), None),
    (who("case_supervisor", "cmo-x", clearance="secret"), replace(CLUE, secrecy_level="secret"), Access.OFFICE),
    (who("intake_officer", "pet-x", sub="registrar"), replace(CLUE, secrecy_level="secret"), Access.REGISTRAR),
    (who("platform_admin", "cdi-x"), CLUE, None),
    (who("auditor", "cmo-x"), CLUE, None),
    (who("integrator", "inv-x"), CLUE, None),
    (who("service", None, sub="svc:a"), replace(CLUE, registered_via="svc:a"), Access.SENDING_SERVICE),
    (who("service", None, sub="svc:b"), replace(CLUE, registered_via="svc:a"), None),
    (who("case_supervisor", "nowhere"), CLUE, None),
    (who("case_supervisor", "uni"), replace(CLUE, commission="uni"), Access.OFFICE),
]


@pytest.mark.parametrize(("caller", "clue", "why"), CASES)
def test_a_clue_is_visible_for_a_reason_or_not_at_all(caller: Principal, clue: Facts, why: Access | None) -> None:
    assert access_to(viewer_of(caller, TREE), clue) is why
