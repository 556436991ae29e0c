"""One trace from a request to its consumer; nothing but codes in it; nothing at all while it is off."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from chassis.identity import SYSTEM
from chassis.jobs import JobRunner
from chassis.settings import PlatformSettings
from chassis.testing.counting import count_up
from chassis.tracing import ATTRIBUTES, SERVER, current_traceparent, is_on, step, telling, tracing
from chassis.uow import Cause
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    """What is told while the test runs."""
    exporter = InMemorySpanExporter()
    with telling("test", SimpleSpanProcessor(exporter)):
        yield exporter


def _by_name(told: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in told.get_finished_spans()}


async def test_request_outbox_and_consumer_are_one_trace(world: Any, told: InMemorySpanExporter) -> None:
    broker = await world.connect()
    async with world.relay(broker), world.consumer(broker):
        with step("GET /v1/things/{thing_id}", SERVER, GIVEN) as request:
            async with world.transactions(SYSTEM, Cause(traceparent=request.traceparent)) as uow:
                await count_up(uow, "a")
        await world.eventually(lambda: world.has_effects(1))
        await world.eventually(_has(told, "process pool.unit.upserted.v1", "publish pool.unit.upserted.v1"))
    spans = _by_name(told)
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {GIVEN[3:35]}
    request_span = spans["GET /v1/things/{thing_id}"]
    assert f"{request_span.parent.span_id:016x}" == GIVEN[36:52]
    for name in ("process pool.unit.upserted.v1", "publish pool.unit.upserted.v1"):
        assert spans[name].parent.span_id == request_span.context.span_id
    (headers,) = [row[0] for row in await world.rows("select headers from outbox")]
    assert headers["traceparent"] == request.traceparent
    assert spans["process pool.unit.upserted.v1"].attributes["heli.outcome"] == "applied"


def _has(told: InMemorySpanExporter, *names: str) -> Any:
    async def has() -> bool:
        return set(names) <= {span.name for span in told.get_finished_spans()}

    return has


async def test_a_service_answers_and_its_jobs_follow_in_the_same_trace(
    client: Any, headers: Any, resources: Any, told: InMemorySpanExporter
) -> None:
    secret = "张三举报李四"
    answer = await client.post(
        f"/v1/notes?who={secret}",
        headers={**headers("clerk-zhangsan", "cdi-a", "clerk"), "traceparent": GIVEN, "tracestate": "who=zhangsan"},
        json={"title": secret},
    )
    assert answer.status_code == 201
    await client.get(f"/v1/notes/{answer.json()['id']}", headers=headers("clerk-zhangsan", "cdi-a", "clerk"))
    await client.get("/v1/notes/zhangsan-is-no-id", headers=headers("clerk-zhangsan", "cdi-a", "clerk"))
    await client.get("/zhangsan", headers={"baggage": "who=zhangsan"})
    await client.get("/livez")
    seen: list[Any] = []

    async def handler(_resources: Any, payload: Any) -> None:
        seen.append(dict(payload))

    with step("asking", SERVER, GIVEN) as asking:
        async with resources.transactions(SYSTEM) as uow:
            assert uow.cause.traceparent == asking.traceparent
            await uow.enqueue("tidy", {"note": "n1"})
    await JobRunner(resources, {"tidy": handler}).run_due()
    assert seen == [{"note": "n1"}], "handlers never see the trace"
    names = sorted(span.name for span in told.get_finished_spans())
    assert names == [
        "GET /v1/notes/{note_id}", "GET /v1/notes/{note_id}", "GET unmatched", "POST /v1/notes", "asking", "job tidy",
    ]  # fmt: skip
    spans = _by_name(told)
    assert spans["job tidy"].parent.span_id == spans["asking"].context.span_id
    assert {f"{spans[name].context.trace_id:032x}" for name in ("POST /v1/notes", "job tidy")} == {GIVEN[3:35]}
    everything = "".join(span.to_json() for span in told.get_finished_spans())
    for mark in (secret, "zhangsan", "张三", answer.json()["id"], "cdi-a"):
        assert mark not in everything
    assert {key for span in told.get_finished_spans() for key in span.attributes} <= ATTRIBUTES
    assert {key.split(".")[0] for key in spans["asking"].resource.attributes} == {"service"}


async def test_a_failure_is_told_by_its_class_alone(client: Any, headers: Any, told: InMemorySpanExporter) -> None:
    await client.post("/v1/notes/failing/now", headers=headers("c", "cdi-a", "clerk"), json={"who": "zhangsan"})
    with pytest.raises(ValueError, match="may not say"), step("x", SERVER, None) as one:
        one.note("enduser.id", "zhangsan")
    failing, refused = told.get_finished_spans()
    assert (failing.name, failing.attributes["error.type"]) == ("POST /v1/notes/failing/{kind}", "500")
    assert (refused.attributes["error.type"], refused.status.is_ok, refused.events) == ("ValueError", False, ())
    assert "zhangsan" not in failing.to_json() + refused.to_json()


def test_the_door_decides_itself_whether_a_story_is_traced() -> None:
    exporter = InMemorySpanExporter()
    with (
        telling("gateway", SimpleSpanProcessor(exporter), share=0.0, heeds_callers=False),
        step("x", SERVER, GIVEN) as at,
    ):
        assert at.traceparent[:35] == GIVEN[:35]
        assert at.traceparent.endswith("-00")
    with telling("clue-service", SimpleSpanProcessor(exporter)), step("x", SERVER, at.traceparent):
        assert current_traceparent().endswith("-00")
    assert exporter.get_finished_spans() == ()


def test_programs_are_started_while_traces_are_sent() -> None:
    """uvloop runs hooks of forking also before it starts a program: one that wants a thread would hang both."""
    program = (
        "import asyncio\n"
        "from chassis.settings import PlatformSettings\n"
        "from chassis.tracing import SERVER, step, tracing\n"
        "async def main():\n"
        "    for _ in range(20):\n"
        "        with step('x', SERVER, None):\n"
        "            started = await asyncio.create_subprocess_exec('true')\n"
        "            assert await started.wait() == 0\n"
        "with tracing('test', PlatformSettings(traces_endpoint='http://127.0.0.1:9/v1/traces')):\n"
        "    import uvloop\n"  # as late as uvicorn does, so that the hooks of its threads come after those of traces
        "    uvloop.run(main())\n"
        "print('done')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=240)
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


def test_off_it_passes_the_trace_on_and_loads_nothing() -> None:
    with tracing("test", PlatformSettings()):
        assert not is_on()
        with step("x", SERVER, GIVEN) as one:
            one.note("anything", "goes nowhere")
            assert one.traceparent[:35] == GIVEN[:35]
            assert current_traceparent()[:35] != GIVEN[:35]
    program = (
        "import sys, chassis.runtime; from chassis.tracing import *; from chassis.settings import PlatformSettings\n"
        "with tracing('test', PlatformSettings()):\n"
        "    print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
