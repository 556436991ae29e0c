"""An inspection learns lines within its area and clearance, counts beyond, and nothing of silent clues."""

from typing import Any

import pytest

ASK = {"unit_code": "su-housing", "purpose": "entry", "matter": "team:00000000-0000-7000-8000-000000000001"}
SUBJECT = {"subjects": [{"name": "甲䶮", "unit_code": "su-housing"}]}


@pytest.fixture
async def office(harness: Any, city: None) -> None:
    await harness.add_units({"code": "insp-xn", "unit_type": "inspection_office", "parent_code": "pc-xn"})
    await harness.add_principal("office", "insp-xn", "inspection_office")
    await harness.add_principal("clerk", "pet-xn", "intake_officer")


async def ask(call: Any, acting: str | None, sub: str = "svc:inspection-service") -> Any:
    headers = {"Heli-Acting-Sub": acting} if acting else {}
    return await call("service@", "POST", "/v1/dossier-extracts", ASK, sub=sub, headers=headers)


async def test_lines_within_the_area_and_counts_of_what_is_above_the_clearance(
    call: Any, register: Any, office: None
) -> None:
    first = await register("officer@pet-xn", **SUBJECT)
    await register("officer@pet-xn", origin_ref="x:2", secrecy_level="secret", **SUBJECT)
    await register("officer@pet-xn", origin_ref="x:3", overlap_policy="silent", **SUBJECT)
    answer = await ask(call, "office")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["depth"], told["clues"], told["counted_only"]) == ("ledger", 2, 1)
    assert [line["clue_no"] for line in told["items"]] == [first["clue_no"]]
    assert told["by_stage"] == {"registered": 2}
    assert "䶮" not in answer.text


async def test_somebody_without_an_inspecting_role_gets_counts(call: Any, register: Any, office: None) -> None:
    await register("officer@pet-xn", **SUBJECT)
    for acting in ("clerk", "nobody-knows"):
        told = (await ask(call, acting)).json()
        assert (told["depth"], told["clues"], told["items"]) == ("counts", 1, [])


@pytest.mark.parametrize(
    ("acting", "sub"), [(None, "svc:inspection-service"), ("office", "svc:personnel-pool-service")]
)
async def test_others_and_nobody_in_particular_are_refused(
    call: Any, office: None, acting: str | None, sub: str
) -> None:
    assert (await ask(call, acting, sub)).status_code == 403
