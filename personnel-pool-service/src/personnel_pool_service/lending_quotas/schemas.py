"""What callers see of lending quotas."""

from chassis.web import ResponseModel


class LendingQuotaOut(ResponseModel):
    """One home unit's people: in the pool, lendable on one day, most lent on any day of the period."""

    home_unit: str
    members: int
    quota: int
    lent: int
