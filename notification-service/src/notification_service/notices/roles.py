"""Roles as notices are addressed to them."""

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
PRINCIPALS = LEADERS - {"deputy_leader"}
HANDLERS = frozenset({"handler"})
OFFICERS = frozenset({"intake_officer", "case_supervisor"})
SUPERVISORS = frozenset({"case_supervisor"})
WORKERS = HANDLERS | LEADERS
INSPECTION_OFFICE = frozenset({"inspection_office"})
POOL_MANAGERS = frozenset({"pool_manager"})
APPROVERS = frozenset({"home_unit_approver"})
ACTORS = WORKERS | SUPERVISORS
"""Who acts for a unit in a consultation or another formal proceeding."""
