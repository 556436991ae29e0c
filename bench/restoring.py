"""How long a server's databases take to come back from a base backup, as the runbook says.

    python bench restore --from=FOLDER [--quick]

FOLDER is the data folder of a stopped server, such as `bench clues --folder` or `bench matching --folder` leaves
behind; it is copied and never written to. Backups lie on the same disk, so their way over a network is not in it.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import machine
from chassis.embedded import EmbeddedPostgres
from chassis.embedded.postgres import binary_folder
from chassis.embedded.process import scratch_folder
from matching import server_settings

PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks/restore.md"
MUST_S = 15 * 60


def main() -> None:
    """Back up, lose, restore, compare; write the page unless ``--quick``."""
    parser = argparse.ArgumentParser(prog="bench restore")
    parser.add_argument("--from", dest="source", type=Path, required=True, help="data folder of a stopped server")
    parser.add_argument("--quick", action="store_true", help="write no page")
    asked = parser.parse_known_args([one for one in sys.argv[1:] if one.startswith("--")])[0]
    source = asked.source if (asked.source / "data").exists() else asked.source / "postgres"
    if (source / "data/postmaster.pid").exists():
        sys.exit(f"{source}: a server runs on it, or was killed there; stop it in an orderly way first")
    load = os.getloadavg()[0]
    with scratch_folder() as folder:
        rows, counts = _rehearse(source, folder)
    text = page(rows, counts, load)
    print(text)
    if not asked.quick:
        PAGE.write_text(text)


def _rehearse(source: Path, folder: Path) -> tuple[list[tuple[str, float, str]], dict[str, dict[str, int]]]:
    live, rows = folder / "live", list[tuple[str, float, str]]()

    def step(title: str, action: Callable[[], Any], note: str = "") -> Any:
        began = time.monotonic()
        result = action()
        rows.append((title, time.monotonic() - began, note))
        return result

    _copy(source, live)
    with _server(live) as server:
        before = asyncio.run(_counts(server))
        step("base backup, while the server serves", lambda: _base_backup(server, folder / "backup"))
        rows[-1] = (*rows[-1][:2], _size(folder / "backup"))
        passwords = (live / "server.json").read_bytes()
    shutil.rmtree(live)

    restored = folder / "restored"
    restored.mkdir(mode=0o711)
    (restored / "server.json").write_bytes(passwords)
    step("**restore**: the backup copied to its place", lambda: _copy(folder / "backup", restored / "data"))
    began = time.monotonic()
    with _server(restored) as server:
        rows.append(("**restore**: the server started, its log replayed, ready", time.monotonic() - began, ""))
        after = step("… every row counted", lambda: asyncio.run(_counts(server)))
    assert after == before, "the base backup came back with other rows"
    return rows, before


@contextmanager
def _server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder, settings={**server_settings(), "max_wal_senders": "4"}) as server:
        yield server


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    (target / "lock").unlink(missing_ok=True)


def _program(name: str, *arguments: str | Path) -> None:
    done = subprocess.run([binary_folder() / name, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{name}: {done.stderr[-2000:]}")


def _base_backup(server: EmbeddedPostgres, target: Path) -> None:
    url = server.url(driver="postgresql")
    _program("pg_basebackup", "--dbname", url, "--pgdata", target, "--checkpoint", "fast", "--wal-method", "stream")


async def _counts(server: EmbeddedPostgres) -> dict[str, dict[str, int]]:
    """Rows of every table of every database, by name."""
    found = {}
    names = await _ask(server, "postgres", "select datname from pg_database where not datistemplate order by 1")
    for (name,) in names:
        tables = await _ask(server, name, "select relname from pg_class c where relkind = 'r' and "
                            "relnamespace = 'public'::regnamespace order by 1")  # fmt: skip
        if name != "postgres" and tables:
            found[name] = {
                table: (await _ask(server, name, f'select count(*) from public."{table}"'))[0][0] for (table,) in tables
            }
    return found


async def _ask(server: EmbeddedPostgres, database: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(server.url(database=database, driver="postgresql"))
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def _size(folder: Path) -> str:
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return f"{total / 1e9:.2f} GB"


def page(rows: list[tuple[str, float, str]], counts: dict[str, dict[str, int]], load: float) -> str:
    """The page."""
    restore = sum(seconds for title, seconds, _ in rows if title.startswith("**restore**"))
    clues = max((tables.get("clue", 0) for tables in counts.values()), default=0)
    what = f"{clues:,} clues"
    if not clues:
        clues = max((tables.get("clue_feature", 0) for tables in counts.values()), default=0)
        what = f"Keys and features of {clues:,} clues, without the clues themselves,"
    verdict = "met" if restore <= MUST_S else "**missed**"
    head = (
        "# Restore\n\n`.venv/bin/python bench restore --from=FOLDER` wrote this page; the steps are those of "
        "[the runbook](../operators/back-up-and-restore.md).\n\n"
        "PostgreSQL with fsync. A server's data folder is copied, the copy backed up and deleted, and brought back on "
        "the same disk, much of it still in the machine's cache; "
        "afterwards every table has as many rows as before. What comes after it, filling the event "
        "stream from the outboxes, is the relay's work ([some thousand events a second](doors.md)).\n\n"
        f"Load of the machine at the start {load:.1f}\n\n{machine.described()}\n"
        f"**{what} restored from a base backup in {restore:.0f} s (must ≤ {MUST_S} s): {verdict}.**\n\n"
        "| step | seconds | |\n|---|---:|---|\n"
    )
    told = "".join(f"| {title} | {seconds:.1f} | {note} |\n" for title, seconds, note in rows)
    sizes = [f"{name}: {sum(tables.values()):,} rows in {len(tables)} tables" for name, tables in counts.items()]
    return head + told + "\nDatabases: " + "; ".join(sizes) + ".\n"


if __name__ == "__main__":
    main()
