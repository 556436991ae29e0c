"""A program that serves through chassis.serving: every answer names its process, and takes a while."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import uvicorn
from chassis.serving import Server


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    status = 200
    if scope["path"] == "/readyz":
        status = 200 if is_ready() else 503
    else:
        await asyncio.sleep(0.02)
    body = str(os.getpid()).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def is_ready() -> bool:
    """At once, or when a file is there."""
    return not sys.argv[1:] or Path(sys.argv[1]).exists()


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=1, log_config=None, access_log=False, timeout_graceful_shutdown=4)).run()
