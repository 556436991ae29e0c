"""Everything this service seals lies under the new key after a rotation, and is read as before once the old is gone."""

from collections.abc import Callable
from typing import Any

import pytest
from chassis.identity import SYSTEM
from chassis.key_rotations import count_other, rotate_keys, take_other
from chassis.keyring import KeyRing
from chassis.service import Resources
from cryptography.exceptions import InvalidTag
from personnel_pool_service.main import SERVICE

OLD, NEW = "k2", "k3"
WORDS = "作风扎实䶮"


@pytest.fixture
def use_ring(resources: Resources) -> Callable[..., None]:
    """``use_ring("k3", "k2", "k3")``: as if every process were restarted; the first key, which digests, is kept."""
    first = dict(resources.keys._keys)

    def use(current: str, *names: str) -> None:
        keys = first | {name: name.encode() * 16 for name in names}
        vars(resources.keys).update(vars(KeyRing(current, keys)))

    use(OLD, OLD)
    return use


@pytest.fixture
async def kept(use_ring: Any, call: Any, new_cadre: Any) -> dict[str, Any]:
    """A value of every kind → what reads it again."""
    kin = [{"relation": "spouse", "unit_code": "su-coop", "name": WORDS}]
    cadre = await new_cadre("sup1-xn", sub="user-k", relatives=kin, id_number=_id_number())
    account = {"unit": "sup1-xn", "roles": ["handler"], "contact": WORDS}

    async def done(who: str, method: str, path: str, body: Any, **more: Any) -> Any:
        answer = await call(who, method, path, json=body, **more)
        assert answer.status_code < 300, answer.text
        return answer.headers.get("location")

    await done("platform_admin", "PUT", "/v1/principals/u1", account)
    tie = {"kind": "kinship", "unit_code": "su-coop", "note": WORDS}
    declared = {"occasion_ref": "round:1", "ties": [tie]}
    await done("handler@sup1-xn", "POST", "/v1/recusal-declarations", declared, sub="user-k")
    request = {"cadre_id": cadre, "unit_code": "su-coop", "reason": WORDS}
    requested = await done("leader@su-coop", "POST", "/v1/recusal-requests", request)
    unsealing = {"cadre_id": cadre, "unit_code": "su-coop", "reason": WORDS}
    await done("inspection_office@insp-xn", "POST", "/v1/recusal-unsealings", unsealing)
    person = {"name": "测试主任", "unit_code": "su-coop", "is_top_leader": True, "object_group": "civil_servant"}
    await done("pool_manager", "PUT", "/v1/supervised-persons/p-9", person)
    record = {"kind": "reminder_talk", "happened_on": "2026-05-01", "content": WORDS}
    await done("handler@sup2-xn", "POST", "/v1/supervised-persons/p-9/integrity-records", record)
    appraisal = {
        "kind": "annual", "period": {"from": "2025-01-01", "to": "2025-12-31"}, "grade": "excellent",
        "unit_code": "sup1-xn", "comment": WORDS,
    }  # fmt: skip
    appraised = await done("home_unit_approver@sup1-xn", "POST", f"/v1/cadres/{cadre}/appraisals", appraisal)
    roster = "姓名,原单位,职级,性别,出生日期,是否党员\n测试甲,一室,正科,女,1985-06-01,是\n".encode()
    uploaded = await call(
        "pool_manager@pc-xn", "POST", "/v1/cadre-imports?dry_run=true", content=roster,
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert uploaded.status_code < 300, uploaded.text
    return {"appraisal": appraised, "request": requested}


def _id_number() -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = "41010019850601001"
    return digits + "10X98765432"[sum(int(one) * by for one, by in zip(digits, weights, strict=True)) % 11]


async def test_everything_is_sealed_anew_and_read_once_the_old_key_is_gone(
    kept: Any, use_ring: Any, call: Any, resources: Resources
) -> None:
    async with resources.database.sessions() as session:
        stored = {one.label: await count_other(session, one, "no such key") for one in SERVICE.sealed}
    assert min(stored.values()) > 0, stored
    use_ring(NEW, OLD, NEW)
    outcome = await rotate_keys(SERVICE, resources, SYSTEM)
    assert (outcome.key, outcome.remaining, outcome.resealed) == (NEW, 0, stored)
    use_ring(NEW, NEW)
    async with resources.database.sessions() as session:
        for column in SERVICE.sealed:
            for row in await take_other(session, column, "no such key", after=None, limit=100):
                assert resources.keys.open(row[0], column.context_of(row))
                with pytest.raises(InvalidTag):
                    resources.keys.open(row[0], f"{column.context_of(row)}!")
    assert (await call("pool_manager@pc-xn", "GET", kept["appraisal"])).json()["comment"] == WORDS
    assert (await call("service", "GET", "/v1/principals/u1")).json()["contact"] == WORDS
    opened = await call(
        "handler@sup2-xn",
        "POST",
        "/v1/supervised-persons/p-9/integrity-file/open",
        json={"purpose": "daily_supervision"},
    )
    assert WORDS in opened.text
    assert (await call("inspection_office@insp-xn", "GET", kept["request"])).json()["reason"] == WORDS
    assert sum((await rotate_keys(SERVICE, resources, SYSTEM)).resealed.values()) == 0
