"""Sends finished steps of traces to a collector from a thread of its own; loaded only where traces are on.

Nothing here acts in forked children. The SDK's provider and its batch processor start threads in them, and uvloop runs
such hooks also in children that are about to become another program: there locks are still held, or no thread ever
gets a turn, so that the child hangs before its exec and the parent's event loop with it. Nothing of ours forks
otherwise.
"""

import ssl
import threading
from collections import deque

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter

_EXPORT_SECONDS = 2.0  # of one attempt, also of the last one before the process ends
_PAUSE_SECONDS = 1.0
_BATCH = 512
_MOST_WAITING = 8192  # some 10 MB; beyond that the newest are dropped, nobody waits


class Provider(TracerProvider):
    """The SDK's, but for what it does in forked children."""

    def _handle_fork(self) -> None:
        """Do nothing."""


class Sending(SpanProcessor):
    """Hands finished spans to an exporter, some of them together, at most a second late."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._waiting: deque[ReadableSpan] = deque()
        self._woken = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._send_on, name="traces", daemon=True)
        self._thread.start()

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span over, unless too many wait."""
        if span.context is not None and span.context.trace_flags.sampled and len(self._waiting) < _MOST_WAITING:
            self._waiting.append(span)
            if len(self._waiting) >= _BATCH:
                self._woken.set()

    def shutdown(self) -> None:
        """Send what waits, but for no longer than one attempt takes."""
        self._is_over = True
        self._woken.set()
        self._thread.join(_EXPORT_SECONDS)
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing to do: what waits is sent within a second anyway."""
        del timeout_millis
        return not self._waiting

    def _send_on(self) -> None:
        while not self._is_over:
            self._woken.wait(_PAUSE_SECONDS)
            self._woken.clear()
            self._send()

    def _send(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            self._exporter.export(batch)  # never raises; what a collector did not take is lost


def sending_to(endpoint: str) -> Sending:
    """Sending as OTLP over HTTP, trusting whom the process trusts (``SSL_CERT_FILE``)."""
    authorities = ssl.get_default_verify_paths().cafile
    return Sending(
        OTLPSpanExporter(endpoint=endpoint, certificate_file=authorities, headers={}, timeout=_EXPORT_SECONDS)
    )
