"""Metrics of lights: how many clocks show which. Never whose, nor about what."""

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from prometheus_client import Gauge

from notification_service.deadlines import repository
from notification_service.deadlines.domain import ITEM_TYPES, Light

LIGHTS = Gauge(
    "heli_lights",
    "Running clocks by kind of item and the light they show, counted every minute by each worker: take the largest",
    ["item_type", "light"],
    registry=REGISTRY,
)


async def count_lights(resources: Resources) -> None:
    """Timer: count the clocks that show a light now, by the business clock. One that shows none any more reads 0."""
    async with resources.transactions(SYSTEM) as uow:
        found = await repository.count_lights(uow.session, uow.now)
    for item_type in ITEM_TYPES:
        for light in Light:
            LIGHTS.labels(item_type, light.value).set(found.get((item_type, light.value), 0))
