"""A stack stops when it is told to, also when nobody reads any more what it says."""

import os
import subprocess
import sys

PROGRAM = """
import asyncio, os, signal, sys
from heli_local import main

class Stack:
    async def start(self):
        main._say("ready")
    async def stop(self):
        main._say("stopped")
        print("stopped", file=sys.stderr)
    def kill(self):
        raise AssertionError("one signal is an orderly stop")

async def body(stack):
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.Event().wait()

asyncio.run(main._with_signals(Stack(), body))
"""


def test_a_reader_that_is_gone_keeps_nobody_from_stopping() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "stopped\n")
