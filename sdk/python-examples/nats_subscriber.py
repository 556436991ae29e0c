"""A trusted partner reads events off the broker itself.

    NATS=nats://partner-water:…@127.0.0.1:4222 PARTNER=water python nats_subscriber.py        # needs nats-py

The operator makes the consumer and its user with ``notification-service partners add``. The user may fetch from that
one consumer and acknowledge, nothing else. Events come at least once: remember ``ce-id``.
"""

import asyncio
import json
import os

from nats.aio.client import Client

PARTNER, URL = os.environ["PARTNER"], os.environ["NATS"]


async def main() -> None:
    """Follow until interrupted; with ONCE set, until nothing waits."""
    client = Client()
    # Its own prefix: with the common one it could listen to the answers others get, so the broker refuses that.
    await client.connect(URL, name=f"partner {PARTNER}", inbox_prefix=f"_INBOX_{PARTNER}".encode())
    waiting = await client.jetstream().pull_subscribe_bind(f"partner-{PARTNER}", stream="EVT")
    while True:
        try:
            messages = await waiting.fetch(50, timeout=2 if "ONCE" in os.environ else 30)
        except TimeoutError:  # nothing came
            if "ONCE" in os.environ:
                break
            continue
        for message in messages:
            headers = message.headers or {}
            # Store what you make of it together with ce-id, then acknowledge: what is not acknowledged comes again.
            print(
                headers["ce-type"], headers["ce-subject"], headers["ce-sequence"], json.loads(message.data), flush=True
            )
            await message.ack()
    await client.drain()


if __name__ == "__main__":
    asyncio.run(main())
