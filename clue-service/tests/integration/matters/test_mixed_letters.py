"""A letter that tells two matters belongs to both, and holds them not together."""

from typing import Any

MIXED = (
    "一、住建局局长钟国梁于2024年3月在滨河路改造工程招标前，收受承建商宏远建筑公司现金20万元，随后该公司中标。"
    "二、另外反映：卫健委副主任白秋菊2023年以讲课费名义套取公款三万元，用于个人旅游。"
)


async def test_a_mixed_letter_belongs_to_two_matters(
    unlike: Any, pair_up: Any, decide: Any, undo: Any, matters_of: Any, call: Any
) -> None:
    letter, a, b, c = [await unlike(number) for number in range(4)]
    first, second = await pair_up(letter, a, ("2:0", None)), await pair_up(letter, b, ("2:1", None))
    one = (await decide(first))["matter_id"]
    other = (await decide(second))["matter_id"]
    assert one != other
    assert await matters_of(letter, a, b) == [[one, other], [one], [other]]
    shown = (await call("officer@pet-dh", "GET", f"/v1/clues/{letter['id']}")).json()
    assert shown["matter_id"] == one
    matter = (await call("officer@pet-dh", "GET", f"/v1/matters/{other}")).json()
    assert {clue["clue_id"]: clue["parts"] for clue in matter["clues"]} == {letter["id"]: ["2:1"], b["id"]: []}
    # A copy of the whole letter belongs wherever the letter does, and then both are one matter.
    copy = await pair_up(letter, c, ("2:0", "2:0"))
    await decide(copy, relation="exact_repeat")
    assert {tuple(ids) for ids in await matters_of(letter, a, b, c)} == {(one,)}
    await undo(copy)
    assert await matters_of(letter, a, b, c) == [[one, other], [one], [other], []]


async def test_a_person_may_say_that_whole_letters_are_meant(
    unlike: Any, pair_up: Any, decide: Any, matters_of: Any
) -> None:
    letter, a, b = [await unlike(number) for number in range(3)]
    await decide(await pair_up(letter, a, ("2:0", None)), covers="letters")
    await decide(await pair_up(letter, b, ("2:1", None)))
    assert len({tuple(ids) for ids in await matters_of(letter, a, b)}) == 1


async def test_a_check_of_a_mixed_letter_leads_both_matters(
    unlike: Any, pair_up: Any, decide: Any, bring: Any, call: Any
) -> None:
    letter, a, b = [await unlike(number) for number in range(3)]
    await decide(await pair_up(letter, a, ("2:0", None)))
    await decide(await pair_up(letter, b, ("2:1", None)))
    await bring(letter, "approved")
    for clue in (a, b):
        await bring(clue, "assigned", lead="sup1-dh")
        body = {"method": "talk_inquiry", "reason": "r"}
        refused = await call("handler@sup1-dh", "POST", f"/v1/clues/{clue['id']}/propose-disposition", body)
        assert (refused.status_code, refused.json()["route"]["unit"]) == (409, "inv1-dh")


async def test_the_engine_says_which_matter_of_a_letter_met(register: Any, matter: Any, decide: Any, call: Any) -> None:
    single = await register("officer@pet-dh", matter[0])
    other = await register(
        "officer@pet-dh",
        subjects=[{"name": "白秋菊", "unit_name": "夏宁市卫生健康委员会", "post": "副主任"}],
        allegations=[{"text": "白秋菊2023年用讲课费名义套取公款三万元去旅游。", "amount_cny": 30000}],
    )
    letter = await register(
        "officer@pet-dh",
        subjects=[
            {"name": "钟国梁", "unit_name": "夏宁市住房和城乡建设局", "post": "局长"},
            {"name": "白秋菊", "unit_name": "夏宁市卫生健康委员会", "post": "副主任"},
        ],
        allegations=[{"text": part} for part in MIXED.split("二、")],
    )
    pairs = {one["clue_id"]: one["id"] for one in letter["candidates"]}
    assert set(pairs) == {single["id"], other["id"]}
    for pair in pairs.values():
        await decide(pair)
    seen = (await call("officer@pet-dh", "GET", f"/v1/clues/{letter['id']}")).json()
    assert len(seen["matter_ids"]) == 2
    parts = [(await call("officer@pet-dh", "GET", f"/v1/candidates/{pair}")).json() for pair in pairs.values()]
    assert len({one["part"] for one in parts}) == 2
    assert {one["other_part"] for one in parts} == {None}
