"""Searches find what their caller may see, all of it and each once, and tell nothing of other clues."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from chassis.service import Resources
from clue_service.access.policy import Viewer, access_to
from clue_service.access.row_security import engine_session
from clue_service.clues import contents, finding
from clue_service.clues.filters import ClueFilter, Place
from clue_service.clues.listing import place_of
from clue_service.clues.models import Clue
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

VIEWERS = {
    "office": Viewer("p1", commission="c1", office_of="c1", units=frozenset({"u1"})),
    "office cleared for more": Viewer("p2", office_of="c1", cleared_for=frozenset({"internal", "secret"})),
    "office and leader": Viewer("p2", frozenset({"leader"}), office_of="c2", leads="c2", units=frozenset({"c2"})),
    "leader": Viewer("p1", frozenset({"leader"}), leads="c1", units=frozenset({"c1"})),
    "office of one, leader of another": Viewer("p1", frozenset({"leader"}), office_of="c2", leads="c1"),
    "handler": Viewer("p2", frozenset({"handler"}), units=frozenset({"u1"})),
    "unit head": Viewer("p3", frozenset({"leader"}), units=frozenset({"u1", "u2"})),
    "service": Viewer("svc:a", service="svc:a"),
    "registrar": Viewer("p1"),
    "nobody": Viewer("p8", office_of="c9"),
}
BOUNDS = {
    "nothing fits": {"_READ_FIRST": 1, "_READ_ON": 1, "_NAMED": 1, "_BESIDE": 1},
    "the index, little beside": {"_READ_FIRST": 2, "_READ_ON": 3, "_NAMED": 40, "_BESIDE": 3},
    "little in the index": {"_READ_FIRST": 3, "_READ_ON": 2, "_NAMED": 4, "_BESIDE": 40},
    "all fits": {"_READ_FIRST": 1, "_READ_ON": 1, "_NAMED": 80, "_BESIDE": 80},
}
SEARCHES = tuple(
    ClueFilter(subject=subject, text=said)
    for subject, said in (
        ("岳飞", None),
        ("飞", None),
        (None, "补贴"),
        (None, "补"),
        ("岳飞", "补贴"),
        ("无此人", None),
    )
)


@pytest.fixture
async def everything(register: Any, resources: Resources) -> dict[Clue, tuple[str, str]]:
    """Clues of two commissions, unlike in whatever decides who may see them, with the names and the text of each."""
    said: dict[UUID, tuple[str, str]] = {}
    for n in range(30):
        names = ["岳飞", "岳飞云"] if n % 5 == 0 else ["岳飞"] if n % 3 else ["秦桧"]
        words = "反映虚报补贴" if n % 4 < 2 else "反映其他问题"
        summary = "补贴" if n % 9 == 0 else None
        form = {"subjects": [{"name": name} for name in names], "allegations": [{"text": words}], "summary": summary}
        clue = await register("officer@pet-dh", **form, origin_ref=f"n:{n}")
        said[UUID(clue["id"])] = ("\n".join(names), f"{words}\n{summary}")
    async with engine_session(resources) as session:
        await session.execute(
            text(
                """
                update clue set
                  status = (array['registered', 'assigned', 'closed'])[1 + mod(n, 3)],
                  secrecy_level = (array['internal', 'internal', 'internal', 'secret'])[1 + mod(n / 3, 4)],
                  registered_by = (array['p1', 'p9', 'p9', 'p2'])[1 + mod(n, 4)],
                  registered_via = (array[null, 'svc:a'])[1 + mod(n, 2)],
                  commission = (array['c1', 'c1', 'c2'])[1 + mod(n / 2, 3)],
                  lead_unit = (array[null, 'u1', 'c1'])[1 + mod(n, 3)],
                  co_units = case when mod(n, 5) = 0 then array['u2'] else '{}' end,
                  members = case when mod(n, 4) = 1 then array['p2'] else '{}' end,
                  approvers = case when mod(n, 7) = 0 then array['p2'] else '{}' end,
                  recused = case when mod(n, 11) = 0 then array['p1', 'p2'] else '{}' end
                from (select id as of, row_number() over (order by id)::int as n from clue) numbered where of = id
                """
            )
        )
    async with engine_session(resources) as session:
        return {clue: said[clue.id] for clue in await session.scalars(select(Clue).order_by(Clue.id.desc()))}


async def walked(session: Any, viewer: Viewer, wanted: ClueFilter, limit: int) -> list[UUID]:
    """What who goes on by the cursor until there is none is shown, as a route asks for it: one more than a page."""
    shown: list[UUID] = []
    after: Place | None = None
    for _ in range(200):
        found = await finding.list_clues(session, viewer, wanted, after=after, limit=limit + 1)
        page = found.clues[:limit]
        shown += [clue.id for clue in page]
        after = place_of(page[-1], wanted.order) if len(found.clues) > limit else found.read_to
        if after is None:
            return shown
    message = "the pages do not end"
    raise AssertionError(message)


@pytest.mark.parametrize("bounds", BOUNDS)
async def test_whoever_goes_on_is_shown_all_that_they_may_see_and_each_once(
    everything: dict[Clue, tuple[str, str]], resources: Resources, monkeypatch: pytest.MonkeyPatch, bounds: str
) -> None:
    for name, value in BOUNDS[bounds].items():
        monkeypatch.setattr(finding, name, value)
    shown = 0
    for who, viewer in VIEWERS.items():
        for wanted in SEARCHES:
            expected = [
                clue.id
                for clue, (names, words) in everything.items()
                if access_to(viewer, clue) is not None
                and (wanted.subject or "") in names
                and (wanted.text or "") in words
            ]
            async with engine_session(resources) as session:
                assert await walked(session, viewer, wanted, limit=3) == expected, (who, wanted)
            shown += len(expected)
    assert shown > 100


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("who", ["supervisor@cmo-dh", "principal@cdi-dh", "handler@inv1-dh", "officer@pet-dh"])
async def test_hidden_clues_change_no_page(
    call: Any, register: Any, bring: Any, monkeypatch: pytest.MonkeyPatch, bounds: str, who: str
) -> None:
    for name, value in BOUNDS[bounds].items():
        monkeypatch.setattr(finding, name, value)
    bearing = {"subjects": [{"name": "岳飞"}], "allegations": [{"text": "反映虚报补贴"}], "summary": "补贴"}
    other = {"subjects": [{"name": "秦桧"}], "allegations": [{"text": "反映其他问题"}]}

    async def pages(wanted: dict[str, Any]) -> list[tuple[list[str], str | None]]:
        read: list[tuple[list[str], str | None]] = []
        while not read or read[-1][1] is not None:
            body = {**wanted, "limit": 2, "cursor": read[-1][1] if read else None}
            answer = (await call(who, "POST", "/v1/clue-searches", body)).json()
            read.append(([one["id"] for one in answer["items"]], answer["next_cursor"]))
        return read

    for number in range(5):
        clue = await register("officer@pet-dh", **(bearing if number < 3 else other), origin_ref=f"n:{number}")
        await bring(clue, "assigned")
    searches: Sequence[dict[str, Any]] = ({"subject": "岳飞"}, {"text": "补贴"}, {"text": "补"}, {"subject": "岳"})
    before = [await pages(one) for one in searches]
    for number in range(6):
        await register(f"officer@pet-{'xs' if number % 2 else 'lh'}", **bearing, origin_ref=f"hidden:{number}")
    assert [await pages(one) for one in searches] == before
    assert all(sum(len(items) for items, _ in one) == 3 for one in before), "they find what is to be found"


async def _named(session: Any, wanted: ClueFilter, commission: str) -> list[dict[str, Any]]:
    """Scans of indexes of pairs that naming the clues of a commission took."""
    query = contents.named(wanted, [commission], lambda _clue_id: []).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    await session.execute(text("set local enable_seqscan = off"))
    told = await session.scalar(text(f"explain (analyze, format json) {str(query).replace(':', chr(92) + ':')}"))
    scans: list[dict[str, Any]] = []
    left = [(json.loads(told) if isinstance(told, str) else told)[0]["Plan"]]
    while left:
        plan = left.pop()
        left += plan.get("Plans", [])
        scans += [plan] if plan.get("Index Name", "").endswith("_pairs") else []
    return scans


async def test_an_index_names_the_clues_of_the_commission_alone(register: Any, resources: Resources) -> None:
    bearing = {"subjects": [{"name": "岳飞"}], "allegations": [{"text": "反映虚报补贴"}], "summary": "多领补贴"}
    for number, who in enumerate(["officer@pet-dh"] * 2 + ["officer@pet-xs"] * 5):
        await register(who, **bearing, origin_ref=f"n:{number}")
    by_name, by_text = {"ix_clue_subject_pairs"}, {"ix_clue_allegation_pairs", "ix_clue_pairs"}
    for wanted, indexes in (
        (ClueFilter(subject="岳飞"), by_name),
        (ClueFilter(subject="岳"), by_name),
        (ClueFilter(text="补贴"), by_text),
    ):
        for commission, many in (("cdi-dh", 2), ("cdi-xs", 5), ("cdi-lh", 0)):
            async with engine_session(resources) as session:
                scans = await _named(session, wanted, commission)
            assert {one["Index Name"] for one in scans} == indexes
            assert {one["Actual Rows"] for one in scans} == {many}, (wanted, commission)


_CLUE_AND_ALL_IT_SAYS = """
with alleged as (
    insert into clue_allegation (clue_id, position, text) values (:id, 0, '反映虚报补贴')
), named as (
    insert into clue_subject (clue_id, position, name) values (:id, 0, '岳飞')
)
insert into clue select (copied).* from (
    select jsonb_populate_record(null::clue, to_jsonb(clue) || jsonb_build_object('id', :id, 'clue_no', 'x')
        || '{"origin_ref": null}') as copied
    from clue limit 1
) as copies
"""


async def test_what_a_clue_says_follows_its_commission_whoever_wrote_it(register: Any, resources: Resources) -> None:
    """The release before names no commission; it writes clues with all they say, and further rows, and moves none."""
    clue = await register("officer@pet-dh", subjects=[{"name": "秦桧"}], allegations=[{"text": "反映其他问题"}])
    new = "01890000-0000-7000-8000-000000000001"
    async with engine_session(resources) as session:
        await session.execute(text(_CLUE_AND_ALL_IT_SAYS), {"id": new})
    async with resources.database.sessions.begin() as session:  # as anybody's request, who is shown nothing
        for statement in (
            "insert into clue_subject (clue_id, position, name) values (:id, 1, '岳飞')",
            "insert into clue_allegation (clue_id, position, text) values (:id, 1, '反映虚报补贴')",
        ):
            await session.execute(text(statement), {"id": clue["id"]})

    async def commissions() -> set[tuple[str | None, int]]:
        query = """
            select commission, count(*) from (
                select commission from clue_subject union all select commission from clue_allegation
            ) as said group by 1
        """
        async with engine_session(resources) as session:
            return {tuple(row) for row in await session.execute(text(query))}

    assert await commissions() == {("cdi-dh", 6)}
    async with engine_session(resources) as session:
        await session.execute(text("update clue set commission = 'cdi-xs' where id = :id"), {"id": clue["id"]})
    assert await commissions() == {("cdi-dh", 2), ("cdi-xs", 4)}
