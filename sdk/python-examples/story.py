"""Two petition offices hear of one matter; both case-management offices learn of it, agree on who leads, and consult.

    HELI=http://127.0.0.1:8080 python story.py        # needs httpx2

Tokens come from the local stack's own issuer; on a real platform they come from your provider.
"""

import datetime as dt
import json
import os
import sys
import time
import uuid
import zoneinfo
from collections.abc import Iterator
from typing import Any

import httpx2

BASE = os.environ.get("HELI", "http://127.0.0.1:8080")
TODAY = dt.datetime.now(zoneinfo.ZoneInfo("Asia/Shanghai")).date().isoformat()


def sign_in(sub: str, unit: str, *roles: str) -> httpx2.Client:
    """A client that speaks as this person."""
    client = httpx2.Client(base_url=BASE, timeout=30, headers={"Accept-Language": "en"})
    answer = client.post("/dev/token", json={"sub": sub, "unit": unit, "roles": list(roles)}).raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def register(client: httpx2.Client, channel: str, subject: dict[str, str], text: str) -> dict[str, Any]:
    """Take a clue in. With the same key it may be sent again, whatever became of the answer."""
    body = {
        "source_code": "PETITION",
        "channel": channel,
        "received_on": TODAY,
        "subjects": [subject],
        "allegations": [{"text": text}],
    }
    answer = client.post("/v1/clues", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    clue: dict[str, Any] = answer.raise_for_status().json()
    return clue


def items(client: httpx2.Client, path: str) -> Iterator[dict[str, Any]]:
    """Every item of a list, page after page."""
    cursor = None
    while True:
        page = client.get(path, params={"cursor": cursor} if cursor else {}).raise_for_status().json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def messages(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The messages of a server-sent stream: name and content."""
    name = "message"
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
        elif field == "":  # a heartbeat, so that whoever waits can look at the clock
            yield "heartbeat", {}


def notice_about(client: httpx2.Client, item_id: str, within_s: float = 60) -> dict[str, Any]:
    """The notice about an item. It arrives a moment later: the stream is opened first, so that none falls between."""
    until = time.monotonic() + within_s
    try:
        with client.stream("GET", "/v1/notifications/stream", timeout=within_s) as stream:
            for name, notice in messages(stream.raise_for_status().iter_lines()):
                new = items(client, "/v1/notifications") if name == "ready" else [notice] if name == "notice" else []
                for one in new:
                    if one["item_id"] == item_id:
                        return one
                if time.monotonic() > until:
                    break
    except httpx2.ReadTimeout:
        pass  # said below
    sys.exit(f"no notice about {item_id} within {within_s:g} seconds")


def settle(one: httpx2.Client, other: httpx2.Client, alert_id: str) -> None:
    """Both commissions acknowledge the alert and vote for the same lead: from then on nobody else may proceed."""
    alert: dict[str, Any] = {}
    for office in (one, other):
        office.post(f"/v1/overlap-alerts/{alert_id}/acknowledge").raise_for_status()
    for office in (one, other):
        vote = {"outcome": "lead_designated", "lead_unit": "cdi-dh"}
        alert = office.post(f"/v1/overlap-alerts/{alert_id}/resolve", json=vote).raise_for_status().json()
    print("an overlap alert:", alert["id"], alert["state"])


def consult(office: httpx2.Client) -> None:
    """Ask both commissions' offices to deliberate. What they conclude advises; it replaces no approval."""
    body = {
        "kind": "overlap",
        "topic": "南堤加固工程有关反映由谁牵头、如何配合",
        "participants": [{"unit": "cmo-dh"}, {"unit": "cmo-xs"}],
    }
    convened = office.post("/v1/consultations", json=body).raise_for_status().json()
    print("a consultation:", convened["id"], convened["state"])


def main() -> None:
    """Play it."""
    letter = register(
        sign_in("py-clerk-1", "pet-dh", "intake_officer"),
        "letter",
        {"name": "鲍文渊", "unit_name": "夏宁市水利局", "post": "副局长"},
        "市水利局副局长鲍文渊2024年9月收受防汛物资商现金15万元，帮助其中标南堤加固工程。",
    )
    print("a letter:", letter["id"], letter["status"])
    call = register(
        sign_in("py-clerk-2", "pet-xs", "intake_officer"),
        "phone",
        {"name": "鲍文渊", "unit_name": "市水利局"},
        "来电称水利局鲍副局长前年九月拿了防汛物资商十五万块，南堤加固就给了这家公司。",
    )
    for candidate in call["candidates"]:
        # A blind hit tells unit, stage and contact, and never what the other side holds.
        print("  meets:", candidate.get("hit") or candidate["band"])
    office = sign_in("py-supervisor-1", "cmo-dh", "case_supervisor")
    alert_id = next(one["id"] for one in call["candidates"] if one["blind"])  # a blind hit's id is the alert's
    notice = notice_about(office, alert_id)
    print("a notice:", notice["kind"], notice["link"])
    read = office.post(f"/v1/notifications/{notice['id']}/read").raise_for_status().json()
    print("  read at", read["read_at"])
    settle(office, sign_in("py-supervisor-2", "cmo-xs", "case_supervisor"), alert_id)
    consult(office)
    refusal = office.get(f"/v1/clues/{uuid.uuid4()}")
    print("a refusal explains itself:", refusal.status_code, refusal.json()["code"], "-", refusal.json()["detail"])


if __name__ == "__main__":
    main()
