"""May this person know of this event? The service that owns the thing says so, at the moment of telling."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from chassis.http import PeerFailed
from chassis.identity import Principal
from chassis.service import Resources
from chassis.visibility import MOST_PATHS, present_rights

from notification_service.outward_events.models import OutwardEvent

_CACHE_SECONDS = 2.0
_CACHE_ENTRIES = 20_000


class Rights:
    """Asks the owners in bulk; remembers an answer for two seconds, since one thing often has several events."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def visible(self, resources: Resources, claimed: Principal, events: Sequence[OutwardEvent]) -> list[bool]:
        """One answer for each event. Raises ``PeerFailed``: nobody can be asked now, so nothing may be told."""
        reader = await present_rights(resources, claimed)
        commission = await self._commission(resources, reader)
        answers: dict[int, bool] = {}
        open_paths: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
        for event in events:
            known = self._recall(claimed.sub, event.path)
            if event.open_to is not None and event.open_to == commission:
                answers[event.seq] = True
            elif known is not None:
                answers[event.seq] = known
            else:
                open_paths[event.service].setdefault(event.path, []).append(event.seq)
        for service, seqs_by_path in open_paths.items():
            paths = list(seqs_by_path)
            for start in range(0, len(paths), MOST_PATHS):
                some = paths[start : start + MOST_PATHS]
                for path, seen in zip(some, await _ask(resources, claimed, service, some), strict=True):
                    self._remember(claimed.sub, path, seen)
                    answers.update(dict.fromkeys(seqs_by_path[path], seen))
        return [answers[event.seq] for event in events]

    async def _commission(self, resources: Resources, reader: Principal) -> str | None:
        tree = await resources.directory.tree()
        return tree.commission(reader.unit) if reader.unit is not None and reader.unit in tree else None

    def _recall(self, sub: str, path: str) -> bool | None:
        known = self._known.get((sub, path))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def _remember(self, sub: str, path: str, seen: bool) -> None:
        self._known[sub, path] = (time.monotonic() + _CACHE_SECONDS, seen)
        while len(self._known) > _CACHE_ENTRIES:
            self._known.popitem(last=False)


async def _ask(resources: Resources, claimed: Principal, service: str, paths: list[str]) -> list[bool]:
    body = {
        "sub": claimed.sub,
        "claimed_unit": claimed.unit,
        "claimed_roles": sorted(claimed.roles),
        "claimed_clearance": claimed.clearance,
        "paths": paths,
    }
    answer = await resources.peers[service].call("POST", "/v1/visibility-checks", json=body)
    if answer.status_code != 200:
        raise PeerFailed(members={"peer": service})
    visible: list[bool] = answer.json()["visible"]
    return visible
