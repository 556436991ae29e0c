"""What is found, in which order, with which highlights, and that nothing of a hidden text can be guessed."""

from datetime import timedelta
from typing import Any

import pytest
from chassis.identity import Principal
from chassis.service import Resources
from clue_service.access.policy import Viewer
from clue_service.access.row_security import as_engine, ask_as, engine_session
from clue_service.library_items.models import LibraryItem, LibraryText
from clue_service.library_items.policy import ground_to_read, may_see_card
from clue_service.library_items.repository import listed_to, readable_by
from clue_service.library_requests.models import LibraryRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

FAR = "handler@inv1-xs"


async def test_a_title_ranks_before_a_text_and_hits_are_highlighted(enter: Any, search: Any) -> None:
    in_title = await enter(title="围标串标专项检查", text="共检查十二个项目。", kind="special_check")
    in_text = await enter(
        title="年度通报", text="发现圍標串標問題三起，均已立案；围标串标屡禁不止。", kind="report_stat"
    )
    await enter(title="其他", text="围而不打，标新立异，串通一气。")
    found = await search("handler@sup1-dh", "围标串标")
    assert [hit["item"]["id"] for hit in found["items"]] == [in_title["id"], in_text["id"]]
    assert (found["total"], found["is_cut"], found["by_kind"]) == (2, False, {"report_stat": 1, "special_check": 1})
    (first,) = found["items"][0]["highlights"]
    assert (first["field"], first["passage"], first["ranges"]) == ("title", "围标串标专项检查", [[0, 4]])
    (passage,) = found["items"][1]["highlights"]
    assert [passage["passage"][a:b] for a, b in passage["ranges"]] == ["圍標串標", "围标串标"]
    assert (await search("handler@sup1-dh", "围标 立案"))["total"] == 1
    assert (await search("handler@sup1-dh", "围标串标", kind="report_stat"))["total"] == 1
    page = await search("handler@sup1-dh", "围标串标", limit=1)
    rest = await search("handler@sup1-dh", "围标串标", limit=1, cursor=page["next_cursor"])
    assert [one["items"][0]["item"]["id"] for one in (page, rest)] == [in_title["id"], in_text["id"]]
    assert rest["next_cursor"] is None


async def test_a_search_tells_nothing_of_a_text_it_may_not_show(enter: Any, search: Any) -> None:
    await enter(reach="unit", is_listed=True, title="招标案例", text="证人名叫墨痕。", themes=["secret_theme"])
    hidden = await search(FAR, "墨痕")
    assert hidden == await search(FAR, "并无此词")
    card = await search(FAR, "招标")
    assert [(hit["item"]["can_read"], [one["field"] for one in hit["highlights"]]) for hit in card["items"]] == [
        (False, ["title"])
    ]
    assert (await search(FAR, "招标", theme="secret_theme"))["total"] == 0
    assert (await search(FAR, "招标 墨痕"))["total"] == 0
    assert (await search("handler@inv1-dh", "墨痕"))["total"] == 1


async def test_a_search_leaves_no_words_in_the_log(search: Any, resources: Resources) -> None:
    await search(FAR, "墨痕标记")
    async with engine_session(resources) as session:
        rows = (await session.execute(text("select action, detail from audit_entry"))).all()
    assert ("search", {"found": 0, "shown": 0}) in [(row.action, row.detail) for row in rows]
    assert "墨痕" not in str(rows)


async def test_wrong_searches_are_refused(call: Any) -> None:
    for wrong in ({"text": "，。"}, {"text": ""}, {"text": "x" * 101}, {"text": "x", "limit": 51}, {"name": "x"}):
        assert (await call(FAR, "POST", "/v1/library-searches", wrong)).status_code == 422, wrong
    assert (await call(FAR, "POST", "/v1/library-searches", {"text": "标", "cursor": "%"})).status_code == 422


UNITS, SUBS = ("u1", "u2", "c1", "c2"), ("p1", "p2")
some, sets = st.sampled_from, st.frozensets
VIEWERS = st.builds(
    Viewer,
    sub=some(SUBS),
    roles=sets(some(("handler", "leader", "case_supervisor", "platform_admin")), max_size=2),
    commission=some((None, "c1", "c2")),
    service=some((None, None, None, "svc:a")),
    office_of=some((None, "c1", "c2")),
    leads=some((None, "c1")),
    units=sets(some(UNITS), max_size=2),
    cleared_for=some((frozenset({"internal"}), frozenset({"internal", "secret"}))),
)
ITEMS = st.builds(
    dict,
    owner_unit=some(UNITS),
    commission=some(("c1", "c2")),
    reach=some(("unit", "commission", "platform")),
    is_listed=st.booleans(),
    secrecy_level=some(("internal", "secret")),
    state=some(("entered", "entered", "withdrawn", "erased")),
    starts=some((-1, 1)),
    ends=some((None, -1, 1)),
    granted=st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(viewer=VIEWERS, entries=st.lists(ITEMS, min_size=1, max_size=6))
async def test_policy_list_filter_and_row_security_say_the_same(
    resources: Resources, viewer: Viewer, entries: list[dict[str, Any]]
) -> None:
    now = resources.clock.now()
    async with resources.database.sessions() as session, session.begin():
        expected = await _stored(session, viewer, entries, now)
        await ask_as(session, viewer, now)
        seen = set(await session.scalars(select(LibraryItem.id)))
        read = set(await session.scalars(select(LibraryText.item_id)))
        async with as_engine(session):
            readable = set(await session.scalars(select(LibraryItem.id).where(readable_by(viewer, now))))
            listed = set(await session.scalars(select(LibraryItem.id).where(listed_to(viewer, now))))
        assert read == readable == {one for one, (can_read, _) in expected.items() if can_read}
        assert listed == {one for one, (_, has_card) in expected.items() if has_card}
        assert seen == readable | listed
        await session.rollback()


async def _stored(
    session: Any, viewer: Viewer, entries: list[dict[str, Any]], now: Any
) -> dict[Any, tuple[bool, bool]]:
    expected = {}
    async with as_engine(session):
        for entry in entries:
            row = dict(entry)
            starts, ends, granted = row.pop("starts"), row.pop("ends"), row.pop("granted")
            item = LibraryItem(
                **row,
                kind="advice",
                version=1,
                title="t",
                categories=[],
                themes=[],
                clue_ids=[],
                entered_by="p9",
                entered_at=now,
                starts_at=now + timedelta(days=starts),
                ends_at=now + timedelta(days=ends) if ends else None,
            )
            session.add(item)
            await session.flush()
            session.add(LibraryText(item_id=item.id, text="x"))
            if granted:
                session.add(
                    LibraryRequest(
                        item_id=item.id,
                        owner_unit=item.owner_unit,
                        commission=item.commission,
                        requester=viewer.sub,
                        requester_unit="u",
                        purpose="p",
                        state="granted",
                        version=1,
                        requested_at=now,
                        expires_at=now + timedelta(days=1),
                    )
                )
            await session.flush()
            can_read = ground_to_read(viewer, item, now, is_granted=granted) is not None
            expected[item.id] = (can_read, may_see_card(viewer, item, now))
    return expected


async def test_the_runtime_role_cannot_read_the_words_nor_forget_a_reading(resources: Resources) -> None:
    for statement in ("select * from library_index", "delete from library_reading", "delete from library_item"):
        async with resources.transactions(Principal(sub="p1")) as uow:
            with pytest.raises(DBAPIError, match="permission denied"):
                await uow.session.execute(text(statement))
            await uow.session.rollback()
