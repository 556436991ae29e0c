"""A receiver of webhooks that takes each message once, whatever is sent again.

    SECRET=whsec_… uvicorn webhook_receiver:app        # needs fastapi, uvicorn, standardwebhooks

The secret is in the answer to ``POST /v1/webhooks``. Messages carry ids and codes; read what they are about through the
API, with the rights of your own account.
"""

import os
import sqlite3

from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

app = FastAPI()
verifier = Webhook(os.environ["SECRET"])
store = sqlite3.connect(os.environ.get("DATABASE", "messages.db"), isolation_level=None)
store.execute("create table if not exists message (id text primary key, type text, subject text, sequence integer)")


@app.post("/heli")
async def take(request: Request) -> Response:
    """Answer within ten seconds; anything but 2xx comes again. Do slow work after storing, in a task of your own."""
    try:
        event = verifier.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)  # forged, altered, or older than five minutes
    row = (event["id"], event["type"], event.get("subject"), event.get("sequence"))
    new = store.execute("insert or ignore into message values (?, ?, ?, ?)", row).rowcount
    if new:
        print(event["type"], event.get("subject"), flush=True)
    return Response(status_code=204)
