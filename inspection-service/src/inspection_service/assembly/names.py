"""Names in an instance: of seats, of labels, and of the nobody who holds an empty seat."""

from inspection_service.assembly.problem import Demand
from inspection_service.assembly.rule_set import Rule


def seat_name(demand: Demand) -> str:
    """Role name in the instance: demands of one role with different conditions are different seats."""
    conditions = [*sorted(demand.tags), *(f"pool:{kind}" for kind in sorted(demand.pool_kinds))]
    return demand.role.value + (f"[{','.join(conditions)}]" if conditions else "")


def rule_label(rule: Rule) -> str:
    """Label carried by those who satisfy a profile rule."""
    return f"rule:{rule.name}"


def pin_label(cadre_id: str) -> str:
    """Label carried by one pinned cadre in the team of the pin."""
    return f"pin:{cadre_id}"


def stay_label(cadre_id: str) -> str:
    """Label carried by one cadre in the seat they should keep."""
    return f"stay:{cadre_id}"


_VACANCY = "vacancy\n"
"""No cadre id holds a line break."""


def vacancy_id(unit_code: str, seat: str, n: int) -> str:
    """Id of the nobody who holds an empty seat."""
    return f"{_VACANCY}{unit_code}\n{seat}\n{n}"


def is_vacancy(person: str) -> bool:
    """Whether a person id of an instance stands for an empty seat."""
    return person.startswith(_VACANCY)
