"""Files are kept sealed and clean, read by whom their owner reaches, and neither lost nor left over by a kill."""

import asyncio
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chassis.identity import SYSTEM
from chassis.key_rotations import rotate_keys
from chassis.keyring import KeyRing
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.attachments import storage
from clue_service.attachments.domain import digest_header, disposition_of
from clue_service.attachments.keeping import remove_leftovers, remove_orphans
from clue_service.attachments.models import Attachment
from clue_service.main import SERVICE
from PIL import Image
from sqlalchemy import select, text

from chassis import tables

OWNER, OTHER, FAR = "handler@inv1-dh", "handler@sup1-dh", "handler@inv1-xs"
TEXT = "附件正文：滨河路改造工程。".encode()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HELI_ATTACHMENT_STORE", tmp_path.joinpath("files").as_uri())
    return tmp_path / "files"


def objects(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


async def test_a_file_is_kept_sealed_and_read_by_whom_its_entry_reaches(
    call: Any, enter: Any, attach: Any, store: Path
) -> None:
    entry = await enter(reach="commission", is_listed=True)
    owner = f"/v1/library-items/{entry['id']}"
    made = await attach(OWNER, owner)
    assert (made.status_code, made.json()["file_name"], made.json()["media_type"]) == (201, "说明.txt", "text/plain")
    again = await attach(OWNER, owner)
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    (kept,) = objects(store)
    assert TEXT not in kept.read_bytes()
    path = f"/v1/attachments/{made.json()['id']}"
    got = await call(OTHER, "GET", f"{path}/content")
    assert (got.status_code, got.content) == (200, TEXT)
    assert got.headers["content-disposition"] == disposition_of("说明.txt")
    assert got.headers["content-digest"] == digest_header(hashlib.sha256(TEXT).digest())
    assert got.headers["x-content-type-options"] == "nosniff"
    for who in (FAR, "admin@cdi-dh", "auditor@cmo-dh"):
        for hidden in (path, f"{path}/content", f"{owner}/attachments"):
            assert (await call(who, "GET", hidden)).status_code == 404, (who, hidden)
    log = (await call("leader@cdi-dh", "GET", f"{owner}/readings")).json()["items"]
    assert [(row["reader"], row["attachment_id"]) for row in log] == [(OTHER, made.json()["id"])]
    assert (await attach(OTHER, owner, b"other")).status_code == 403
    assert (await attach(FAR, owner, b"other")).status_code == 404
    assert (await call(OTHER, "DELETE", path, headers={"If-Match": '"1"'})).status_code == 403
    assert (await call(OWNER, "DELETE", path)).status_code == 428
    assert (await call(OWNER, "DELETE", path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await call(OWNER, "GET", path)).status_code == 404


async def test_looking_at_the_card_of_a_file_is_written_down(
    call: Any, enter: Any, attach: Any, resources: Resources
) -> None:
    entry = await enter(reach="commission", is_listed=True)
    made = (await attach(OWNER, f"/v1/library-items/{entry['id']}")).json()
    assert (await call(OTHER, "GET", f"/v1/attachments/{made['id']}")).status_code == 200
    assert (await call(FAR, "GET", f"/v1/attachments/{made['id']}")).status_code == 404
    async with engine_session(resources) as session:
        looked = select(tables.audit_entry.c.actor).where(
            tables.audit_entry.c.action == "read_attachment_card", tables.audit_entry.c.object_id == entry["id"]
        )
        assert (await session.scalars(looked)).all() == [OTHER]


async def test_metadata_is_gone_from_what_is_kept(call: Any, enter: Any, attach: Any) -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (16, 16))
    exif = image.getexif()
    exif[0x010F] = "INK-CAMERA"
    image.save(out, "JPEG", exif=exif)
    entry = await enter()
    made = (await attach(OWNER, f"/v1/library-items/{entry['id']}", out.getvalue(), None)).json()
    assert (made["file_name"], made["received_sha256"]) == (
        "attachment.jpg",
        hashlib.sha256(out.getvalue()).hexdigest(),
    )
    content = (await call(OWNER, "GET", f"/v1/attachments/{made['id']}/content")).content
    assert hashlib.sha256(content).hexdigest() == made["sha256"]
    assert b"INK-CAMERA" not in content


async def test_bad_files_are_refused_by_name_and_leave_nothing(
    enter: Any, attach: Any, store: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await enter()
    owner = f"/v1/library-items/{entry['id']}"
    wrong = digest_header(hashlib.sha256(b"other").digest())
    for code, answer in {
        "file_empty": await attach(OWNER, owner, b""),
        "file_digest_wrong": await attach(OWNER, owner, **{"Content-Digest": wrong}),
        "file_name_refused": await attach(OWNER, owner, name="../../etc/passwd"),
        "file_type_refused": await attach(OWNER, owner, b"MZ\x90\x00\x03"),
        "file_too_large": await attach(OWNER, owner, b"a" * (10 * 1024 * 1024 + 1)),
    }.items():
        assert answer.json()["code"] == code, answer.text
        assert 400 <= answer.status_code < 500
    assert (await attach(OWNER, owner, b"a" * (33 * 1024 * 1024))).status_code == 413
    async with engine_session(resources) as session:
        assert (await session.scalars(select(Attachment))).all() == []
    assert objects(store) == []
    monkeypatch.setenv("HELI_ATTACHMENT_STORE", "")
    assert (await attach(OWNER, owner)).json()["code"] == "files_unavailable"


async def test_files_of_a_clue_follow_its_readers_its_recusals_and_its_end(
    call: Any, register: Any, attach: Any, store: Path, resources: Resources
) -> None:
    clue = await register("officer@pet-dh")
    owner = f"/v1/clues/{clue['id']}"
    made = await attach("officer@pet-dh", owner)
    assert made.status_code == 201, made.text
    path = f"/v1/attachments/{made.json()['id']}"
    assert (await call("supervisor@cmo-dh", "GET", f"{path}/content")).content == TEXT
    assert (await call("supervisor@cmo-xs", "GET", path)).status_code == 404
    assert (await attach("supervisor@cmo-xs", owner)).status_code == 404
    assert (await call("officer@pet-dh", "DELETE", path, headers={"If-Match": '"1"'})).status_code == 403
    await call("officer@pet-dh", "POST", f"{owner}/recusals", {"sub": "supervisor@cmo-dh"})
    for hidden in (path, f"{path}/content", f"{owner}/attachments"):
        assert (await call("supervisor@cmo-dh", "GET", hidden)).status_code == 404
    async with engine_session(resources) as session:
        await session.execute(text("update clue set status = 'sealed' where id = :id"), {"id": clue["id"]})
    assert (await call("officer@pet-dh", "GET", path)).status_code == 404
    assert await remove_leftovers(resources) == 1
    assert objects(store) == []


async def test_files_sent_at_once_are_kept_once_and_not_beyond_their_number(
    call: Any, enter: Any, attach: Any, store: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await enter()
    owner = f"/v1/library-items/{entry['id']}"
    same = await asyncio.gather(*(attach(OWNER, owner) for _ in range(6)))
    assert sorted(one.status_code for one in same) == [200] * 5 + [201]
    assert len({one.json()["id"] for one in same}) == 1
    monkeypatch.setenv("HELI_ATTACHMENT_MAX_COUNT", "3")
    await remove_leftovers(resources)
    others = await asyncio.gather(*(attach(OWNER, owner, f"other {number}".encode()) for number in range(6)))
    assert sorted(one.status_code for one in others) == [201] * 2 + [409] * 4
    assert len((await call(OWNER, "GET", f"{owner}/attachments")).json()["items"]) == 3
    await remove_leftovers(resources)
    assert len(objects(store)) == 3


async def test_erasing_an_entry_removes_its_files(
    call: Any, enter: Any, attach: Any, store: Path, resources: Any
) -> None:
    entry = await enter("leader1@cdi-dh")
    owner = f"/v1/library-items/{entry['id']}"
    assert (await attach("leader1@cdi-dh", owner)).status_code == 201
    await call("leader1@cdi-dh", "POST", f"{owner}/withdraw", {"reason": "r"})
    assert (await call("leader2@cdi-dh", "DELETE", owner, headers={"If-Match": '"2"'})).status_code == 200
    assert await remove_leftovers(resources) == 1
    async with engine_session(resources) as session:
        assert (await session.scalars(select(Attachment))).all() == []
    assert objects(store) == []


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", ["before the object", "after the object"])
async def test_a_kill_between_row_and_object_leaves_nothing(
    at: str, call: Any, enter: Any, attach: Any, store: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await enter()
    owner = f"/v1/library-items/{entry['id']}"
    put = storage.put_object

    async def killed(file_id: Any, sealed: bytes) -> None:
        if at == "after the object":
            await put(file_id, sealed)
        raise Killed

    monkeypatch.setattr(storage, "put_object", killed)
    with pytest.raises(Killed):
        await attach(OWNER, owner)
    monkeypatch.setattr(storage, "put_object", put)
    assert (await call(OWNER, "GET", f"{owner}/attachments")).json()["items"] == []
    assert len(objects(store)) == (1 if at == "after the object" else 0)
    assert await remove_leftovers(resources) == 0  # it might still be on its way
    assert await remove_leftovers(resources, timedelta()) == 1
    assert objects(store) == []
    made = await attach(OWNER, owner)
    assert made.status_code == 201
    assert await remove_leftovers(resources, timedelta()) == 0
    assert (await call(OWNER, "GET", f"/v1/attachments/{made.json()['id']}/content")).content == TEXT


async def test_a_kill_between_object_and_row_of_a_deletion_is_finished_later(
    call: Any, enter: Any, attach: Any, store: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await enter()
    made = (await attach(OWNER, f"/v1/library-items/{entry['id']}")).json()
    await call(OWNER, "DELETE", f"/v1/attachments/{made['id']}", headers={"If-Match": '"1"'})
    remove = storage.delete_object

    async def killed(file_id: Any) -> None:
        await remove(file_id)
        raise Killed

    monkeypatch.setattr(storage, "delete_object", killed)
    with pytest.raises(Killed):
        await remove_leftovers(resources)
    monkeypatch.setattr(storage, "delete_object", remove)
    assert objects(store) == []
    assert await remove_leftovers(resources) == 1


async def test_an_object_nobody_knows_goes_and_a_swapped_one_is_noticed(
    call: Any, enter: Any, attach: Any, store: Path, resources: Resources
) -> None:
    entry = await enter()
    owner = f"/v1/library-items/{entry['id']}"
    one, other = [(await attach(OWNER, owner, content)).json()["id"] for content in (TEXT, b"other")]
    assert await remove_orphans(resources, timedelta()) == 0
    paths = {path.name: path for path in objects(store)}
    paths[one].write_bytes(paths[other].read_bytes())
    assert (await call(OWNER, "GET", f"/v1/attachments/{one}/content")).json()["code"] == "files_unavailable"
    assert (await call(OWNER, "GET", f"/v1/attachments/{other}/content")).content == b"other"
    async with engine_session(resources) as session:
        await session.execute(text("delete from attachment"))
    assert await remove_orphans(resources) == 0  # too young to be sure
    assert await remove_orphans(resources, timedelta()) == 2
    assert objects(store) == []


async def test_files_are_sealed_anew_also_after_a_death_between_object_and_row(
    call: Any, enter: Any, attach: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    files = [(await attach(OWNER, owner, f"file {n}".encode())).json()["id"] for n in range(3)]
    new = {"k2": b"2" * 32}
    vars(resources.keys).update(vars(KeyRing("k2", {**resources.keys._keys, **new})))
    put, stored = storage.put_object, 0

    class KilledError(BaseException):
        pass

    async def put_and_die(*args: Any) -> None:
        nonlocal stored
        await put(*args)
        stored += 1
        if stored == 2:
            raise KilledError

    async def contents() -> list[bytes]:
        return [(await call(OWNER, "GET", f"/v1/attachments/{one}/content")).content for one in files]

    with monkeypatch.context() as dying:
        dying.setattr(storage, "put_object", put_and_die)
        with pytest.raises(KilledError):
            await rotate_keys(SERVICE, resources, SYSTEM)
    assert await contents() == [b"file 0", b"file 1", b"file 2"]
    outcome = await rotate_keys(SERVICE, resources, SYSTEM)
    assert (outcome.resealed["attachment"], outcome.remaining) == (2, 0)
    vars(resources.keys).update(vars(KeyRing("k2", new)))
    assert await contents() == [b"file 0", b"file 1", b"file 2"]
