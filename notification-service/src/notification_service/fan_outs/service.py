"""A notice for many people goes out in small transactions, so that it holds up no other notice.

Deliveries are written by one transaction at a time, because streams resume by their order; whoever delivers to ten
thousand at once would make everybody wait.
"""

import asyncio
import time
from functools import partial

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from prometheus_client import Gauge

from notification_service.fan_outs import repository
from notification_service.notices.repository import deliver
from notification_service.resources import own_of

WAITING = Gauge("heli_fan_out_deliveries_waiting", "Deliveries of notices that go to many people", registry=REGISTRY)

_BATCH = 100


async def fan_out(resources: Resources) -> int:
    """Deliver what waits, batch by batch; returns how many inboxes got something.

    Two processes work on different notices. What dies with its process is taken up where it was committed last.
    """
    delivered = 0
    while True:
        began = time.monotonic()
        async with resources.transactions(SYSTEM) as uow:
            batch = await repository.take(uow.session, _BATCH)
            if batch is not None:
                delivered += await deliver(uow.session, {batch.notice_id: batch.recipients}, uow.now)
                await repository.settle(uow.session, batch)
                told = partial(own_of(resources).hub.wake, batch.recipients)
                uow.after_commit(told)
            # What another process has in hand stands in the gauge of that one.
            WAITING.set(0 if batch is None else await repository.count_waiting(uow.session))
        if batch is None:
            return delivered
        await asyncio.sleep(time.monotonic() - began)  # half of the time belongs to everybody else's notices
