"""What operations, their groups and events are called in Chinese; the documents themselves name them in English.

One file of operations and one of events for each service, so that whoever adds one finds its place; a test holds them
against the merged documents.
"""

import importlib.resources
import json
from functools import cache

from gateway.routing import SERVICES

Titles = dict[str, str]


@cache
def chinese_titles() -> dict[str, Titles]:
    """Titles by operation id, by first segment of the path, and by event type.

    Raises:
        ValueError: two services name the same thing.
    """
    here = importlib.resources.files(__name__)
    of_kind: dict[str, Titles] = {"groups": json.loads((here / "groups.json").read_text(encoding="utf-8"))}
    for kind in ("operations", "events"):
        of_kind[kind] = {}
        for service in SERVICES:
            own: Titles = json.loads((here / kind / f"{service}.json").read_text(encoding="utf-8"))
            if repeated := of_kind[kind].keys() & own.keys():
                raise ValueError(f"{kind} named twice: {', '.join(sorted(repeated))}")
            of_kind[kind] |= own
    return of_kind
