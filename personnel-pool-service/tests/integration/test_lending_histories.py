"""Random histories of lending against a model: no double booking, no quota broken, no orphan."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

import httpx2
import pytest
from chassis.clock import FixedClock
from chassis.embedded import ServiceDatabase
from chassis.identity import SYSTEM, Authenticator
from chassis.runtime import build_app
from chassis.service import Service, build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from chassis.testing.plugin import truncate_all
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from personnel_pool_service.bookings.domain import Booking, Period, months_later, most_at_once, quota
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.units.service import upsert_unit
from sqlalchemy import text

T = TypeVar("T")

HOMES = {"home-a": 1, "home-b": 4, "home-c": 6}
"""Home unit → members; at a share of one half these may lend 1, 2 and 3 on a day."""
LEDGER = (
    "secondment_evaluation", "secondment_seat", "secondment", "booking", "lending_entry", "support_request", "outbox",
)  # fmt: skip
START = date(2026, 12, 1)
SHARE = 0.5
COOL_DOWN, CUMULATIVE, WINDOW = 2, 1, 2
RULES: dict[str, Any] = {
    "lending_cool_down_days": COOL_DOWN,
    "lending_cumulative_months": CUMULATIVE,
    "lending_window_months": WINDOW,
}
HOLDING = ("requested", "approved", "active")


DISORDERS: dict[str, str] = {
    "differing": (
        "select from (select s.id, s.state, b.days from secondment_seat s join booking b on b.id = s.booking_id) x"
        " full join (select seat_id, state, days from lending_entry where known_to is null) k on k.seat_id = x.id"
        " where x.id is null or k.seat_id is null or x.state <> k.state or x.days <> k.days"
    ),
    "strays": (
        "select from secondment x left join support_request r on x.request_ref = 'support:' || r.id"
        " where x.request_ref like 'support:%' and (r.id is null or r.status not in ('placed', 'completed'))"
    ),
    "orphans": "select from booking b where not exists (select from secondment_seat s where s.booking_id = b.id)",
    "unbooked": (
        "select from secondment_seat s join secondment x on x.id = s.secondment_id left join booking b"
        f" on b.id = s.booking_id where s.state in {HOLDING} and (b.id is null or b.cadre_id <> s.cadre_id"
        " or upper(b.days) <> x.period_to + 1 or lower(b.days) < x.period_from"
        " or (lower(b.days) > x.period_from and x.status <> 'active'))"
    ),
    "idle": (
        f"select from secondment_seat s join secondment x on x.id = s.secondment_id where s.state in {HOLDING}"
        " and x.status in ('recalled', 'ended', 'evaluated')"
    ),
    "gaps": (
        "select from secondment x left join outbox o on o.aggregate_id = x.id::text group by x.id, x.version"
        " having count(o.id) <> x.version or max(o.version) <> x.version"
    ),
}
"""Name → the rows there must never be."""
LOOK = (
    "select (select coalesce(json_agg(json_build_array(cadre_id, home_unit, lower(days), upper(days) - 1)), '[]')"
    " from booking) as ledger"
) + "".join(f", exists ({query}) as {name}" for name, query in DISORDERS.items())


@dataclass(frozen=True)
class Look:
    """The ledger at one moment, and which disorders there are in it."""

    ledger: list[Booking]
    has: dict[str, bool]


def days_of(period: Period) -> list[date]:
    return [period.first + timedelta(days=offset) for offset in range(period.days)]


class Pool:
    """The service in a loop of its own, called as a pool manager or a home unit."""

    def __init__(self, service: Service, configured: PlatformSettings, issuer: TestIssuer, clock: FixedClock) -> None:
        self._runner = asyncio.Runner()
        self._issuer = issuer
        self._headers: dict[tuple[str, str], dict[str, str]] = {}
        self._look: Look | None = None
        self.homes: dict[str, str] = {}
        self._clock, self._begins = clock, clock.instant
        self._build(service, configured, clock)

    def _build(self, service: Service, configured: PlatformSettings, clock: FixedClock) -> None:
        async def build() -> None:
            keys = httpx2.AsyncClient(transport=httpx2.MockTransport(self._issuer.answer))
            authenticator = Authenticator(
                jwks_url=configured.jwks_url, issuer=self._issuer.name, audience="heli", client=keys
            )
            # The ledger alone is at stake here; clue-service's word has its own tests.
            own = PoolSettings(lending_integrity_check=False, **RULES)
            resources = build_resources(service, configured, clock=clock)
            self.resources = replace(resources, authenticator=authenticator, own=own)
            app = build_app(service, self.resources, with_worker=False)
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            self._client = httpx2.AsyncClient(base_url="http://service.test", transport=transport)
            # One connection looks, over and over: a thousand histories are some fifty thousand looks.
            self._eyes = await self.resources.database.engine.connect()
            await self._eyes.execution_options(isolation_level="AUTOCOMMIT")

        self.run(build())

    @property
    def cadres(self) -> list[str]:
        return list(self.homes)

    def run(self, work: Awaitable[T]) -> T:
        return self._runner.get_loop().run_until_complete(work)

    def call(self, role: str, unit: str, method: str, path: str, json: Any = None) -> httpx2.Response:
        self._look = None
        headers = self._headers.get((role, unit))
        if headers is None:
            token = self._issuer.token(f"{role}-{unit}", unit=unit, roles=[role], expires_in=86_400)
            headers = self._headers[role, unit] = {"Authorization": f"Bearer {token}"}
        response = self.run(self._client.request(method, path, json=json, headers=headers))
        assert response.status_code < 500, response.text
        return response

    def furnish(self) -> None:
        async def write_units() -> None:
            async with self.resources.transactions(SYSTEM) as uow:
                for code in ("top", *HOMES):
                    parent = None if code == "top" else "top"
                    await upsert_unit(uow, UnitDraft(code, code, "cdi", "city", parent), seen_version=None)

        self.run(write_units())
        for home, members in HOMES.items():
            for number in range(members):
                body = {
                    "name": f"{home}-{number}",
                    "home_unit": home,
                    "rank": "clerk",
                    "gender": "male",
                    "party_member": True,
                }
                self.homes[self.call("pool_manager", "top", "POST", "/v1/cadres", body).json()["id"]] = home

    def time_passes(self, days: int) -> None:
        self._clock.advance(days=days)

    def today(self) -> date:
        return self._clock.today()

    def empty_ledger(self) -> None:
        """Begin a history: nothing lent, and the first day again."""
        self._look = None
        self._clock.instant = self._begins
        # One statement: PostgreSQL checks the keys between the tables at its end.
        gone = ", ".join(f"gone_{table} as (delete from {table})" for table in LEDGER)
        self.run(self._eyes.execute(text(f"with {gone} select")))

    def look(self) -> "Look":
        """What the ledger holds now, and each kind of disorder in it; one question however many ask."""
        if self._look is None:
            row = self.run(self._eyes.execute(text(LOOK))).one()
            ledger = [
                Booking(UUID(cadre), home, Period(date.fromisoformat(first), date.fromisoformat(last)))
                for cadre, home, first, last in row.ledger
            ]
            self._look = Look(ledger, {name: getattr(row, name) for name in DISORDERS})
        return self._look

    def close(self) -> None:
        async def work() -> None:
            await self._eyes.close()
            await self._client.aclose()
            await self.resources.close()

        self.run(work())
        self._runner.close()


@pytest.fixture
def pool(
    service: Service,
    service_settings: PlatformSettings,
    issuer: TestIssuer,
    clock: FixedClock,
    service_database: ServiceDatabase,
) -> Iterator[Pool]:
    built = Pool(service, service_settings, issuer, clock)
    built.furnish()
    yield built
    built.run(truncate_all(service_database))
    built.close()


class Lending(RuleBasedStateMachine):
    """Anybody asks for anything at any time; what the ledger holds must stay lawful."""

    pool: Pool
    people = st.integers(0, sum(HOMES.values()) - 1)
    days = st.integers(0, 20)

    def __init__(self) -> None:
        super().__init__()
        self.pool.empty_ledger()
        self.paths: list[str] = []

    def _manager(self, method: str, path: str, json: Any = None) -> httpx2.Response:
        return self.pool.call("pool_manager", "top", method, path, json)

    def _pick(self, number: int) -> str:
        return self.paths[number % len(self.paths)]

    @rule(who=st.lists(people, min_size=1, max_size=4, unique=True), first=days, length=st.integers(0, 10))
    def request(self, who: list[int], first: int, length: int) -> None:
        begins = START + timedelta(days=first)
        period = Period(begins, begins + timedelta(days=length))
        wanted = [self.pool.cadres[one] for one in who]
        lawful = self._is_lawful(wanted, period)
        body = {
            "purpose": "inspection",
            "request_ref": f"team:{len(self.paths)}",
            "period": {"from": str(period.first), "to": str(period.last)},
            "members": [{"cadre_id": one, "role": "member"} for one in wanted],
        }
        answer = self._manager("POST", "/v1/secondments", body)
        assert (answer.status_code == 201) == lawful, answer.text
        if answer.status_code == 201:
            self.paths.append(answer.headers["location"])

    @rule(who=st.lists(people, min_size=1, max_size=3, unique=True), seats=st.integers(1, 3), first=days)
    def support(self, who: list[int], seats: int, first: int) -> None:
        begins = START + timedelta(days=first)
        period = Period(begins, begins + timedelta(days=5))
        wish = {
            "purpose": "case",
            "reason": "人手不足",
            "requesting_unit": "top",
            "period": {"from": str(period.first), "to": str(period.last)},
            "demands": [{"role": "member", "count": seats}],
        }
        path = self._manager("POST", "/v1/support-requests", wish).headers["location"]
        self.pool.call("org_department", "top", "POST", f"{path}/review")
        wanted = [self.pool.cadres[one] for one in who]
        lawful = len(wanted) <= seats and self._is_lawful(wanted, period)
        placed = {"members": [{"cadre_id": one, "role": "member"} for one in wanted]}
        answer = self._manager("POST", f"{path}/place", placed)
        assert (answer.status_code == 200) == lawful, answer.text
        if lawful:
            self.paths.append(f"/v1/secondments/{answer.json()['placements'][0]['secondment_id']}")

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99), home=st.sampled_from(sorted(HOMES)))
    def home_calls_its_people_back(self, which: int, home: str) -> None:
        self.pool.call("home_unit_approver", home, "POST", f"{self._pick(which)}/recall", {"reason": "工作需要"})

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99), home=st.sampled_from(sorted(HOMES)), verb=st.sampled_from(["approve", "refuse"]))
    def decide(self, which: int, home: str, verb: str) -> None:
        body = {"reason": "人手不足"} if verb == "refuse" else None
        self.pool.call("home_unit_approver", home, "POST", f"{self._pick(which)}/{verb}", body)

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99), verb=st.sampled_from(["activate", "end", "recall", "evaluate"]))
    def move(self, which: int, verb: str) -> None:
        self._manager("POST", f"{self._pick(which)}/{verb}")

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99))
    def consent_of_all(self, which: int) -> None:
        self.pool.call("principal_leader", "top", "POST", f"{self._pick(which)}/approve")

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99), more=st.integers(1, 15))
    def extend(self, which: int, more: int) -> None:
        path = self._pick(which)
        last = date.fromisoformat(self._manager("GET", path).json()["period"]["to"])
        self._manager("POST", f"{path}/extend", {"to": str(last + timedelta(days=more))})

    @precondition(lambda self: self.paths)
    @rule(which=st.integers(0, 99), who=people)
    def replace(self, which: int, who: int) -> None:
        path = self._pick(which)
        freed = [
            m["cadre_id"] for m in self._manager("GET", path).json()["members"] if m["state"] in ("refused", "recalled")
        ]
        if freed:
            swap = {"members": [{"replaces": freed[0], "cadre_id": self.pool.cadres[who]}]}
            self._manager("POST", f"{path}/replace", swap)

    @rule(days_on=st.integers(0, 9))
    def time_passes(self, days_on: int) -> None:
        self.pool.time_passes(days_on)

    def _ledger(self) -> list[Booking]:
        return self.pool.look().ledger

    def _is_lawful(self, wanted: list[str], period: Period) -> bool:
        if period.last < self.pool.today():
            return False
        ledger = self._ledger()
        if any(str(one.cadre_id) in wanted and one.period.overlaps(period) for one in ledger):
            return False
        mine = [one for one in ledger if str(one.cadre_id) in wanted]
        if not all(self._leaves_rest(period, [b.period for b in mine if str(b.cadre_id) == one]) for one in wanted):
            return False
        asked = [Booking(UUID(one), self.pool.homes[one], period) for one in wanted]
        return all(
            most_at_once([one for one in (*ledger, *asked) if one.home_unit == home], period) <= quota(SHARE, members)
            for home, members in HOMES.items()
            if any(one.home_unit == home for one in asked)
        )

    @staticmethod
    def _leaves_rest(wanted: Period, others: list[Period]) -> bool:
        """The rule about time at home, counted day by day and window by window."""
        gaps = [max((wanted.first - one.last).days, (one.first - wanted.last).days) for one in others]
        if any(gap <= COOL_DOWN for gap in gaps):
            return False
        lent = {day for one in (*others, wanted) for day in days_of(one)}
        for offset in range(-5, (max(lent) - wanted.first).days + 70):
            end = wanted.first + timedelta(days=offset)
            begin = months_later(end, -WINDOW) + timedelta(days=1)
            allowed = (months_later(begin, CUMULATIVE) - begin).days
            overlaps = begin <= wanted.last and wanted.first <= end
            if overlaps and len([day for day in lent if begin <= day <= end]) > allowed:
                return False
        return True

    @invariant()
    def everybody_rests_between_two_postings(self) -> None:
        ledger = sorted(self._ledger(), key=lambda one: (str(one.cadre_id), one.period))
        for one, other in pairwise(ledger):
            if one.cadre_id == other.cadre_id:
                assert (other.period.first - one.period.last).days > COOL_DOWN

    @invariant()
    def what_is_known_is_what_is(self) -> None:
        assert not self.pool.look().has["differing"]

    @invariant()
    def every_placement_belongs_to_a_request_and_fits_its_seats(self) -> None:
        assert not self.pool.look().has["strays"]

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        ledger = self._ledger()
        for index, one in enumerate(ledger):
            assert not any(
                one.cadre_id == other.cadre_id and one.period.overlaps(other.period) for other in ledger[index + 1 :]
            )

    @invariant()
    def no_home_lends_too_many(self) -> None:
        ledger = self._ledger()
        always = Period(date(2026, 1, 1), date(2028, 1, 1))
        for home, members in HOMES.items():
            assert most_at_once([one for one in ledger if one.home_unit == home], always) <= quota(SHARE, members)

    @invariant()
    def every_booking_has_a_seat_and_every_held_seat_a_booking(self) -> None:
        assert not self.pool.look().has["orphans"]
        assert not self.pool.look().has["unbooked"]

    @invariant()
    def every_state_follows_from_its_seats_and_every_version_from_its_events(self) -> None:
        assert not self.pool.look().has["idle"]
        assert not self.pool.look().has["gaps"]


def play(pool: Pool, histories: int) -> None:
    machine = type("PoolLending", (Lending,), {"pool": pool})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        machine,
        settings=settings(
            max_examples=histories, stateful_step_count=20, deadline=None, suppress_health_check=checks, database=None
        ),
    )


def test_no_history_of_lending_breaks_the_ledger(pool: Pool) -> None:
    play(pool, histories=6)


@pytest.mark.proof
@pytest.mark.parametrize("part", range(4))
def test_a_thousand_histories_of_lending_do_not_break_the_ledger(
    pool: Pool, record_property: Callable[[str, int], None], part: int
) -> None:
    """In parts, for workers beside each other; each draws its own histories."""
    play(pool, histories=250)
    record_property("histories of lending", 250)
