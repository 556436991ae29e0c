"""Documents that are generated are fresh, and links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

from heli_local.reference import stale_files

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_generated_references_are_fresh() -> None:
    assert stale_files(ROOT) == []


def test_the_merged_api_document_is_what_the_services_offer() -> None:
    gateway = Path(sys.executable).with_name("gateway")
    done = subprocess.run([gateway, "openapi", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make openapi`: {done.stdout}{done.stderr}"


def test_the_guides_of_the_portal_say_what_the_documents_say() -> None:
    gateway = Path(sys.executable).with_name("gateway")
    done = subprocess.run([gateway, "guides", "--root", ROOT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_link_in_a_document_leads_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents()
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert len(documents()) > 15
    assert broken == []


def test_every_decision_says_when_it_is_violated() -> None:
    records = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    assert [
        r.name for r in records if "**Violates when**" not in r.read_text() or "**Revisit when**" not in r.read_text()
    ] == []
