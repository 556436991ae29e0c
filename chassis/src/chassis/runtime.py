"""A service's processes: ``api`` serves HTTP, ``worker`` runs relay, consumer, jobs and timers, ``all`` is both."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from chassis import broker, refusals, visibility
from chassis.collector import settle_collector
from chassis.consumer import Consumer
from chassis.errors import REGISTRY
from chassis.following import all_handlers
from chassis.inbox_marks import purge_inbox
from chassis.jobs import JobRunner
from chassis.logging import configure_logging, get_logger
from chassis.migrations import migrate
from chassis.outbox import Relay, purge_sent
from chassis.problems import STATUS
from chassis.readiness import readiness, until_schema_is_there
from chassis.seals import seal_entries
from chassis.service import Resources, Service, Timer, build_resources
from chassis.serving import PARTS_S, REQUESTS_S, Server
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from chassis.telemetry import described_metrics
from chassis.tracing import tracing
from chassis.uow import purge_idempotency
from chassis.upkeep import add_upkeep
from chassis.web import create_app

log = get_logger(__name__)


def build_app(service: Service, resources: Resources, *, with_worker: bool) -> FastAPI:
    """The service's HTTP app; with ``with_worker`` its lifespan also runs the worker."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(resources.close)
            if with_worker:
                await stack.enter_async_context(running_worker(service, resources))
            yield

    app = create_app(
        title=service.title,
        routers=[*service.routers, visibility.router],
        pings=readiness(service, resources),
        body_limit=resources.settings.body_limit,
        upload_limit=resources.settings.upload_limit,
        lifespan=lifespan,
    )
    app.state.resources = resources
    return app


@asynccontextmanager
async def running_worker(service: Service, resources: Resources) -> AsyncIterator[None]:
    """Run the worker while the block runs; a part that fails for good ends the process, which is then restarted."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(service, resources, stop), name=f"{service.name}-worker")
    task.add_done_callback(_end_process_on_failure)
    try:
        yield
    finally:
        stop.set()
        try:
            await asyncio.wait_for(task, PARTS_S)
        except TimeoutError:
            log.warning("worker_drain_timeout")


def _end_process_on_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("worker_failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


async def run_worker(service: Service, resources: Resources, stop: asyncio.Event) -> None:
    """Relay, consumer, jobs and timers, once the schema is there and until ``stop`` is set."""
    await until_schema_is_there(service, resources, stop)
    try:
        connection = await broker.connect(resources.settings.nats_url.get_secret_value(), name=service.name, stop=stop)
    except broker.BrokerUnavailable:
        return  # told to stop before the broker was there
    try:
        await ensure_streams(connection, resources.settings, stop)
        relay = Relay(resources.database, connection)
        resources.transactions.on_events_committed(relay.wake)
        jobs = JobRunner(resources, dict(service.jobs))
        resources.transactions.on_jobs_committed(jobs.wake)
        async with asyncio.TaskGroup() as group:
            group.create_task(relay.run(stop))
            group.create_task(jobs.run(stop))
            group.create_task(_consumer(service, resources, connection).run(stop))
            for timer in (*_TIMERS, *service.timers):
                group.create_task(_repeat(timer, resources, stop))
    finally:
        await connection.drain()


def _consumer(service: Service, resources: Resources, connection: broker.Broker) -> Consumer:
    return Consumer(
        durable=service.name,
        connection=connection,
        database=resources.database,
        transactions=resources.transactions,
        handlers=all_handlers(service, resources),
        together=service.together(resources),
    )


async def _purge(resources: Resources) -> None:
    """Forget what retention says: published events, inbox marks (longer than the stream keeps events), old keys."""
    sent = timedelta(days=resources.settings.sent_event_retention_days)
    await purge_sent(resources.database, sent)
    await purge_inbox(resources.database, sent + _INBOX_MARGIN)
    await purge_idempotency(resources.database, _IDEMPOTENCY_RETENTION)


_INBOX_MARGIN = timedelta(days=10)
_IDEMPOTENCY_RETENTION = timedelta(hours=48)  # callers are promised 24


async def _seal(resources: Resources) -> None:
    await seal_entries(resources.database, resources.keys)


_TIMERS = (Timer("purge", 3600.0, _purge), Timer("seal_audit", 2.0, _seal))


async def _repeat(timer: Timer, resources: Resources, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await timer.run(resources)
        except Exception as error:
            log.exception("timer_failed", timer=timer.name, exc_info=error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timer.every_s)


def service_cli(service: Service) -> typer.Typer:
    """The command line of a service: ``api | worker | all | migrate | openapi``."""
    cli = typer.Typer(
        name=service.name,
        help=service.title,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    def run_http(*, with_worker: bool) -> None:
        settings = _configured(service)
        with tracing(service.name, settings):
            _serve(build_app(service, build_resources(service, settings), with_worker=with_worker), settings)

    @cli.command()
    def api() -> None:
        """Serve HTTP."""
        run_http(with_worker=False)

    @cli.command(name="all")
    def both() -> None:
        """Serve HTTP and run the worker in one process."""
        run_http(with_worker=True)

    @cli.command()
    def worker() -> None:
        """Run relay, consumer, jobs and timers."""
        settings = _configured(service)
        settle_collector()
        with tracing(service.name, settings):
            _run_on_servers_loop(_worker_alone(service, build_resources(service, settings)))

    @cli.command(name="migrate")
    def migrate_database() -> None:
        """Bring the database to the newest schema, as its owner."""
        settings = _configured(service)
        migrate(service.migrations, settings.database_owner_url.get_secret_value())

    @cli.command()
    def openapi() -> None:
        """Print the service's OpenAPI document."""
        typer.echo(json.dumps(openapi_document(service), ensure_ascii=False, indent=1, sort_keys=True))

    @cli.command()
    def reference() -> None:
        """Print the settings, error codes and metrics of the service, for the generated references."""
        typer.echo(json.dumps(reference_document(PlatformSettings, *service.settings), ensure_ascii=False, indent=1))

    add_upkeep(cli, service, all_handlers)
    return cli


def reference_document(*settings: type[BaseSettings]) -> dict[str, Any]:
    """Settings, error codes and metrics known to this process: the chassis' and its own."""
    fields = {name: field for kind in settings for name, field in kind.model_fields.items()}
    return {
        "settings": [
            {
                "name": f"HELI_{name.upper()}",
                "default": _shown_default(field.default),
                "meaning": field.description,
                "secret": isinstance(field.default, SecretStr),
            }
            for name, field in fields.items()
        ],
        "errors": [
            {"code": code, "status": STATUS[kind.category], "zh": kind.title.zh, "en": kind.title.en}
            for code, kind in sorted(REGISTRY.items())
            if code
        ],
        "metrics": described_metrics(),
    }


def _shown_default(default: Any) -> str:
    return "" if isinstance(default, SecretStr) else str(default)


def openapi_document(service: Service) -> dict[str, Any]:
    """The service's OpenAPI document, without opening any resource."""
    app = create_app(title=service.title, routers=service.routers, pings={}, body_limit=1024)
    document = app.openapi()
    document.setdefault("components", {}).setdefault("schemas", {})[refusals.NAME] = dict(refusals.SCHEMA)
    return document


def _configured(service: Service) -> PlatformSettings:
    settings = PlatformSettings()
    configure_logging(service.name, settings.log_level)
    return settings


def _serve(app: FastAPI, settings: PlatformSettings) -> None:
    settle_collector()
    Server(
        uvicorn.Config(
            app,
            host=settings.bind_host,
            port=settings.bind_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=REQUESTS_S,  # a stack that stops as a whole is less patient
            timeout_keep_alive=65,  # longer than the gateway keeps idle connections, so it never reuses a closed one
            lifespan="on",
        )
    ).run()


def _run_on_servers_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run a worker alone on the event loop that serves HTTP elsewhere: what is on the wire costs it half as much."""
    with asyncio.Runner(loop_factory=uvicorn.Config(app="").get_loop_factory()) as runner:
        runner.run(work)


class _SilentServer(uvicorn.Server):
    """A server that leaves the signals to the worker it belongs to."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _worker_alone(service: Service, resources: Resources) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    settings = resources.settings
    app = create_app(title=service.title, routers=(), pings=readiness(service, resources), body_limit=1024)
    app.state.resources = resources
    server = _SilentServer(
        uvicorn.Config(
            app,
            host=settings.bind_host,
            port=settings.bind_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=REQUESTS_S,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        await run_worker(service, resources, stop)
    finally:
        server.should_exit = True
        await serving
        await resources.close()
