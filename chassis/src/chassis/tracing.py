"""Traces: one story from the gateway through services, outbox and broker to consumers and jobs, told to OpenTelemetry.

While ``HELI_TRACES_ENDPOINT`` is empty each step only passes the W3C trace context on; the SDK is not even loaded. A
step says which address template, event type or kind of job it was, how long it took and how it ended: the attributes
of ``ATTRIBUTES`` alone, whose values are codes and counts. Callers' ``tracestate`` and ``baggage`` are not read,
messages of exceptions are not recorded, and nothing is told about the machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from chassis.settings import PlatformSettings
from chassis.telemetry import child_traceparent, parse_traceparent

ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "messaging.system",
        "messaging.operation.type",
        "heli.peer",
        "heli.event.type",
        "heli.consumer",
        "heli.outcome",
        "heli.outbox.waited_ms",
        "heli.job.kind",
        "heli.job.attempts",
    }
)
"""What a step may say of itself."""

SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL = (
    SpanKind.SERVER,
    SpanKind.CLIENT,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
    SpanKind.INTERNAL,
)

_NOT_TRACED = "00"

_tracer: trace.Tracer | None = None
_current: ContextVar[str | None] = ContextVar("heli_traceparent", default=None)

Value = str | int | bool


def is_on() -> bool:
    """Whether steps are told to anybody."""
    return _tracer is not None


def current_traceparent() -> str:
    """The trace context of the step around, else a new one, which is not traced: nobody told its beginning."""
    if _tracer is None:
        return child_traceparent(None)
    return _current.get() or f"{child_traceparent(None)[:-2]}{_NOT_TRACED}"


class Step:
    """One step of a story, as a context; ``traceparent`` is for whatever it causes."""

    __slots__ = ("_kind", "_name", "_noted", "_parent", "_span", "_token", "traceparent")

    def __init__(self, name: str, kind: SpanKind, parent: str | None, noted: Mapping[str, Value]) -> None:
        self.traceparent = child_traceparent(parent)
        self._name, self._kind, self._parent, self._noted = name, kind, parent, noted
        self._span: trace.Span | None = None
        self._token: Token[str | None] | None = None

    def __enter__(self) -> Self:
        if _tracer is not None:
            self._span = _start(_tracer, self._name, self._kind, self._parent, self._noted)
            self.traceparent = _traceparent_of(self._span)
            self._token = _current.set(self.traceparent)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        if self._span is None or self._token is None:
            return
        _current.reset(self._token)
        if kind is not None:
            self.fail(kind.__qualname__)
        self._span.end()

    def rename(self, name: str) -> None:
        """Say what the step turned out to be: a template, never an address."""
        if self._span is not None:
            self._span.update_name(name)

    def note(self, name: str, value: Value) -> None:
        """Say one more thing; ``name`` is one of ``ATTRIBUTES``."""
        if self._span is not None:
            self._span.set_attributes(_allowed({name: value}))

    def fail(self, code: str) -> None:
        """The step failed; ``code`` is a class or a code, not a message."""
        if self._span is not None:
            self._span.set_attributes({"error.type": code})
            self._span.set_status(Status(StatusCode.ERROR))


def step(name: str, kind: SpanKind, parent: str | None, noted: Mapping[str, Value] | None = None) -> Step:
    """A step that begins when its context is entered and continues ``parent``, the ``traceparent`` it was given."""
    return Step(name, kind, parent, noted or {})


def tell(name: str, kind: SpanKind, parent: str | None, began_ns: int, noted: Mapping[str, Value]) -> None:
    """Tell a step that is over; ``began_ns`` is nanoseconds since the epoch."""
    if _tracer is not None:
        _start(_tracer, name, kind, parent, noted, began_ns).end()


def _start(
    tracer: trace.Tracer,
    name: str,
    kind: SpanKind,
    parent: str | None,
    noted: Mapping[str, Value],
    began_ns: int | None = None,
) -> trace.Span:
    context = trace.set_span_in_context(trace.INVALID_SPAN)  # whatever a library may have left around does not count
    if (known := parse_traceparent(parent)) is not None:
        trace_id, span_id, flags = known
        around = trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags(flags))
        context = trace.set_span_in_context(trace.NonRecordingSpan(around))
    return tracer.start_span(
        name, context, kind, _allowed(noted), start_time=began_ns, record_exception=False, set_status_on_exception=False
    )


def _allowed(noted: Mapping[str, Value]) -> dict[str, Value]:
    if unknown := noted.keys() - ATTRIBUTES:
        message = f"a step may not say {sorted(unknown)}"
        raise ValueError(message)
    return dict(noted)


def _traceparent_of(span: trace.Span) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


@contextmanager
def tracing(service: str, settings: PlatformSettings, *, heeds_callers: bool = True) -> Iterator[None]:
    """Tell this process's steps while the block runs, if the settings name an endpoint; what waits is sent at the end.

    Args:
        service: Name of the process in traces.
        settings: Where to, and which share of stories.
        heeds_callers: Whether a caller's word that its story is traced, or is not, counts. Not at the door.
    """
    if not settings.traces_endpoint:
        yield
        return
    from chassis.trace_sending import sending_to

    with telling(
        service, sending_to(settings.traces_endpoint), share=settings.traces_share, heeds_callers=heeds_callers
    ):
        yield


@contextmanager
def telling(service: str, processor: Any, *, share: float = 1.0, heeds_callers: bool = True) -> Iterator[None]:
    """Tell steps to a span processor of the OpenTelemetry SDK while the block runs."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    from chassis.trace_sending import Provider

    global _tracer  # noqa: PLW0603 - one per process, as loggers and metrics are
    ratio = TraceIdRatioBased(share)
    provider = Provider(
        sampler=ParentBased(ratio) if heeds_callers else ratio,
        # Not Resource.create(): that would add what the environment says of host and process.
        resource=Resource({"service.namespace": "heli", "service.name": service, "service.instance.id": str(uuid4())}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    before, _tracer = _tracer, provider.get_tracer("heli")
    try:
        yield
    finally:
        _tracer = before
        provider.shutdown()
