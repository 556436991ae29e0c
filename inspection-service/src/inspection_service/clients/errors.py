"""Refusals of other services, passed on under their own code."""

from collections.abc import Mapping
from typing import Any

from chassis.errors import Category, HeliError, Text

_KNOWN = {
    "double_booked": Text("成员在该时段已被抽调", "A member is already booked in this period"),
    "home_unit_quota": Text("超出派出单位的抽调名额", "A home unit would lend more than its quota"),
}
_STANDARD = frozenset({"type", "title", "status", "detail", "code", "request_id", "errors", "state", "allowed_moves"})


class PeerRefused(HeliError):
    """Another service said no. Answered with that service's own code, such as ``double_booked``."""

    code = "peer_refused"
    category = Category.CONFLICT
    title = Text("关联服务拒绝了此操作", "Another service refused this")

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        code = str(problem.get("code") or PeerRefused.code)
        members = {key: value for key, value in problem.items() if key not in _STANDARD}
        super().__init__(_KNOWN.get(code), members=members)
        self.code = code  # type: ignore[misc]  # the other service's code is this refusal's name
        self.status = status
