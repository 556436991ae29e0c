"""Days from which no months can be counted are refused where they are named, everywhere."""

from typing import Any

import pytest

MANAGER = "pool_manager@pc-xn"
ASKED: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/v1/cadre-searches", {"period": {"from": "{a}", "to": "{b}"}, "explain": True}),
    ("GET", "/v1/cadres?available_from={a}&available_to={b}", None),
    ("GET", "/v1/lending-quotas?from={a}&to={b}", None),
    ("GET", "/v1/fairness-figures?from={a}&to={b}", None),
    ("GET", "/v1/units/su-coop?as_of={a}", None),
    ("POST", "/v1/availability-queries", {"as_of": "{a}"}),
    (
        "POST",
        "/v1/secondments",
        {
            "purpose": "case",
            "request_ref": "x:1",
            "period": {"from": "{a}", "to": "{b}"},
            "members": [{"cadre_id": "00000000-0000-7000-8000-000000000001", "role": "member"}],
        },
    ),
    (
        "POST",
        "/v1/support-requests",
        {
            "purpose": "case",
            "reason": "人手不足",
            "requesting_unit": "pc-xn",
            "period": {"from": "{a}", "to": "{b}"},
            "demands": [{"role": "member", "count": 1}],
        },
    ),
)


def filled(value: Any, first: str, last: str) -> Any:
    if isinstance(value, dict):
        return {name: filled(one, first, last) for name, one in value.items()}
    return value.replace("{a}", first).replace("{b}", last) if isinstance(value, str) else value


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")])
async def test_a_day_out_of_reach_is_refused(call: Any, new_cadre: Any, lend: Any, first: str, last: str) -> None:
    await new_cadre("sup1-xn")
    for method, path, body in ASKED:
        answer = await call(MANAGER, method, filled(path, first, last), json=filled(body, first, last))
        assert answer.status_code == 422, (method, path, answer.text)
    cadre = {
        "name": "测试", "home_unit": "sup1-xn", "rank": "clerk", "gender": "male", "party_member": True,
        "work_history": [{"unit_code": "sup1-xn", "post": "科员", "from": first, "to": None}],
    }  # fmt: skip
    assert (await call(MANAGER, "POST", "/v1/cadres", json=cadre)).status_code == 422
    lent = (await lend([await new_cadre("sup2-xn")])).headers["location"]
    assert (await call(MANAGER, "POST", f"{lent}/extend", json={"to": last})).status_code == 422
