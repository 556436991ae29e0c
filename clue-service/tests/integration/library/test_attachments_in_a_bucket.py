"""Files in an S3 bucket, through the same store as in production, against a server that speaks S3 on the loopback."""

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.attachments.domain import digest_header
from clue_service.attachments.keeping import remove_leftovers, remove_orphans
from moto.server import ThreadedMotoServer
from PIL import Image
from sqlalchemy import text

OWNER = "handler@inv1-dh"
FILE = "存于对象存储的附件。".encode()
_KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def s3() -> Iterator[tuple[str, Any]]:
    """(address, client) of a server that runs as long as the tests of this file."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=_KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    yield address, client
    client.close()
    server.stop()


class Bucket:
    """What lies in the bucket, seen past the service."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def contents(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {one["Key"]: self.client.get_object(Bucket=self.name, Key=one["Key"])["Body"].read() for one in found}

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)


@pytest.fixture
def bucket(s3: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket of the test's own; stores are remembered by their address."""
    address, client = s3
    name = f"files-{next(_NUMBERS)}"
    client.create_bucket(Bucket=name)
    said = {**_KEYS, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true"}
    for variable, value in {**said, "HELI_ATTACHMENT_STORE": f"s3://{name}/kept"}.items():
        monkeypatch.setenv(variable, value)
    return Bucket(client, name)


async def test_a_file_is_put_sealed_read_back_by_its_digest_and_deleted(
    call: Any, enter: Any, attach: Any, bucket: Bucket, resources: Resources
) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    made = await attach(OWNER, owner, FILE, "说明.txt")
    assert made.status_code == 201, made.text
    ((key, kept),) = bucket.contents().items()
    assert key == f"kept/attachments/{made.json()['id'].replace('-', '')[-2:]}/{made.json()['id']}"
    assert FILE not in kept
    path = f"/v1/attachments/{made.json()['id']}"
    got = await call(OWNER, "GET", f"{path}/content")
    assert (got.status_code, got.content) == (200, FILE)
    assert got.headers["content-digest"] == digest_header(hashlib.sha256(FILE).digest())
    assert made.json()["sha256"] == hashlib.sha256(FILE).hexdigest()
    assert (await call(OWNER, "DELETE", path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await call(OWNER, "GET", f"{path}/content")).status_code == 404
    assert await remove_leftovers(resources) == 1
    assert bucket.contents() == {}


async def test_a_file_whose_digest_is_wrong_is_not_put(enter: Any, attach: Any, bucket: Bucket) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    wrong = digest_header(hashlib.sha256(b"other").digest())
    assert (await attach(OWNER, owner, FILE, **{"Content-Digest": wrong})).json()["code"] == "file_digest_wrong"
    assert bucket.contents() == {}


async def test_metadata_is_gone_from_what_comes_back(call: Any, enter: Any, attach: Any, bucket: Bucket) -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (16, 16))
    exif = image.getexif()
    exif[0x010F] = "INK-CAMERA"
    image.save(out, "JPEG", exif=exif)
    assert b"INK-CAMERA" in out.getvalue()
    made = await attach(OWNER, f"/v1/library-items/{(await enter())['id']}", out.getvalue(), None)
    content = (await call(OWNER, "GET", f"/v1/attachments/{made.json()['id']}/content")).content
    assert hashlib.sha256(content).hexdigest() == made.json()["sha256"]
    assert b"INK-CAMERA" not in content
    assert len(bucket.contents()) == 1


async def test_swapped_changed_and_lost_objects_are_noticed(call: Any, enter: Any, attach: Any, bucket: Bucket) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    files = [(await attach(OWNER, owner, content)).json()["id"] for content in (FILE, b"other", b"third", b"fourth")]
    swapped, changed, lost, whole = files
    kept = {key.rpartition("/")[2]: (key, content) for key, content in bucket.contents().items()}
    bucket.put(kept[swapped][0], kept[whole][1])
    bucket.put(kept[changed][0], kept[changed][1][:-1] + bytes([kept[changed][1][-1] ^ 1]))
    bucket.client.delete_object(Bucket=bucket.name, Key=kept[lost][0])
    for one in (swapped, changed, lost):
        assert (await call(OWNER, "GET", f"/v1/attachments/{one}/content")).json()["code"] == "files_unavailable"
    assert (await call(OWNER, "GET", f"/v1/attachments/{whole}/content")).content == b"fourth"


async def test_objects_nobody_knows_are_found_and_removed(
    enter: Any, attach: Any, bucket: Bucket, resources: Resources
) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    for content in (FILE, b"other"):
        assert (await attach(OWNER, owner, content)).status_code == 201
    assert await remove_orphans(resources, timedelta()) == 0
    async with engine_session(resources) as session:
        await session.execute(text("delete from attachment"))
    assert await remove_orphans(resources, timedelta()) == 2
    assert bucket.contents() == {}


async def test_a_bucket_that_is_not_there_takes_nothing_and_says_so(
    call: Any, enter: Any, attach: Any, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = f"/v1/library-items/{(await enter())['id']}"
    monkeypatch.setenv("HELI_ATTACHMENT_STORE", "s3://no-such-bucket")
    assert (await attach(OWNER, owner, FILE)).json()["code"] == "files_unavailable"
    assert (await call(OWNER, "GET", f"{owner}/attachments")).json()["items"] == []
    monkeypatch.setenv("HELI_ATTACHMENT_STORE", f"s3://{bucket.name}/kept")
    assert (await attach(OWNER, owner, FILE)).status_code == 201
