"""Files come out without traces, or not at all."""

import base64
import hashlib
import io
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pikepdf
import pytest
from chassis.errors import HeliError
from clue_service.attachments.cleaning import cleaned
from clue_service.attachments.domain import (
    FileType,
    digest_header,
    digest_in,
    disposition_of,
    is_plain_name,
    name_in,
    type_of,
)
from clue_service.attachments.errors import FileNotCleanable, FileTooLarge, FileTypeRefused
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

MARK = "墨痕作者"
RAW_MARK = b"INK-TRACE-AUTHOR"


def jpeg(**more: Any) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (64, 32), (200, 10, 10))
    exif = image.getexif()
    exif[0x013B] = RAW_MARK.decode()
    exif[0x0112] = more.pop("orientation", 1)
    image.save(out, "JPEG", exif=exif, comment=RAW_MARK, **more)
    return out.getvalue()


def png() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    out, info = io.BytesIO(), PngInfo()
    info.add_text("Author", RAW_MARK.decode())
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def pdf(change: Any = None, **save: Any) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Author"] = RAW_MARK.decode()
    with document.open_metadata() as meta:
        meta["dc:creator"] = [RAW_MARK.decode()]
    page = document.pages[0]
    page.obj["/Resources"] = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(
            Im0=pikepdf.Stream(
                document, jpeg(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=32,
                ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )
        )
    )  # fmt: skip
    page.obj["/Annots"] = document.make_indirect(
        pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=RAW_MARK.decode()
                )
            ]
        )
    )
    document.Root["/OpenAction"] = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=RAW_MARK.decode())
    document.attachments["hidden.txt"] = RAW_MARK
    if change is not None:
        change(document)
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, **save)
    return out.getvalue()


def office(parts: dict[str, bytes] | None = None, *, main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in {
            "[Content_Types].xml": b"<Types/>",
            main: "<w:document>正文</w:document>".encode(),
            "docProps/core.xml": b"<cp><dc:creator>" + RAW_MARK + b"</dc:creator></cp>",
            "docProps/app.xml": b"<Company>" + RAW_MARK + b"</Company>",
            "word/media/image1.jpeg": jpeg(),
            **(parts or {}),
        }.items():
            package.writestr(name, part)
    return out.getvalue()


def inflated(content: bytes) -> bytes:
    """All that stands in a file, packed or not."""
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as document:
            out = io.BytesIO()
            document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
            return out.getvalue()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return b"".join(package.read(name) for name in package.namelist())
    return content


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (jpeg(), "image/jpeg"), (jpeg(orientation=6), "image/jpeg"), (png(), "image/png"), (pdf(), "application/pdf"),
        (office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office(main="xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
    ids=["jpeg", "turned jpeg", "png", "pdf", "docx", "xlsx"],
)  # fmt: skip
def test_traces_are_taken_out_and_the_rest_stays(content: bytes, media_type: str) -> None:
    assert RAW_MARK in inflated(content) or RAW_MARK in content
    kind = type_of(content)
    assert kind is not None
    clean = cleaned(content, kind)
    assert (clean.media_type, clean.residue) == (media_type, ())
    assert RAW_MARK not in inflated(clean.content)
    assert RAW_MARK not in clean.content
    again = cleaned(clean.content, kind)
    assert again.media_type == media_type
    if media_type == "image/jpeg":
        picture = Image.open(io.BytesIO(clean.content))
        assert picture.size in ((64, 32), (32, 64))
        assert abs(picture.getpixel((5, 5))[0] - 200) < 6  # type: ignore[index, operator] # RGB
        assert not picture.getexif()
    if media_type == "application/pdf":
        with pikepdf.open(io.BytesIO(clean.content)) as document:
            assert len(document.pages) == 1


def test_a_file_that_is_two_things_comes_out_as_one() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("hidden.txt", RAW_MARK)
    for content in (jpeg() + archive.getvalue(), png() + archive.getvalue(), pdf() + archive.getvalue()):
        kind = type_of(content)
        assert kind is not None
        clean = cleaned(content, kind).content
        assert not zipfile.is_zipfile(io.BytesIO(clean))
        assert RAW_MARK not in inflated(clean)
    assert type_of(b"GIF89a" + pdf()) is None
    assert type_of(archive.getvalue()) is FileType.OFFICE
    with pytest.raises(HeliError) as refusal:
        cleaned(archive.getvalue(), FileType.OFFICE)
    assert refusal.value.code == "file_type_refused"


def _sign(document: Any) -> None:
    document.Root["/AcroForm"] = pikepdf.Dictionary(SigFlags=3, Fields=[])


REFUSED = {
    "macro": (lambda: office({"word/vbaProject.bin": b"x"}), "file_not_cleanable"),
    "comments": (lambda: office({"word/comments.xml": b"<w:comments/>"}), "file_not_cleanable"),
    "changes": (lambda: office({"word/document.xml": b'<w:ins w:author="x">'}), "file_not_cleanable"),
    "embedded": (lambda: office({"word/embeddings/oleObject1.bin": b"x"}), "file_not_cleanable"),
    "path": (lambda: office({"../../evil.xml": b"x"}), "file_type_refused"),
    "bomb": (lambda: office({"word/theme.xml": b"0" * (101 * 1024 * 1024)}), "file_too_large"),
    "many parts": (lambda: office({f"word/{n}.xml": b"" for n in range(2100)}), "file_too_large"),
    "signed pdf": (lambda: pdf(_sign), "file_not_cleanable"),
    "sealed pdf": (
        lambda: pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "file_not_cleanable",
    ),
    "owner pdf": (lambda: pdf(encryption=pikepdf.Encryption(owner="o", user="")), "file_not_cleanable"),
    "cut pdf": (lambda: b"%PDF-1.7\n%%EOF", "file_type_refused"),
    "cut jpeg": (lambda: jpeg()[:300], "file_type_refused"),
    "cut zip": (lambda: office()[:200], "file_type_refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_cleaned_or_is_not_sound_is_refused(name: str) -> None:
    make, code = REFUSED[name]
    content = make()
    kind = type_of(content)
    assert kind is not None
    with pytest.raises(HeliError) as refusal:
        cleaned(content, kind)
    assert refusal.value.code == code


def test_a_picture_too_large_to_unpack_is_refused_before_it_is() -> None:
    header = bytearray(png())
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    with pytest.raises(HeliError) as refusal:
        cleaned(bytes(header), FileType.PNG)
    assert refusal.value.code == "file_too_large"


def test_pictures_left_as_they_are_are_named() -> None:
    assert cleaned(office({"word/media/image2.emf": b"EMF"}), FileType.OFFICE).residue == ("embedded_image",)


def test_a_package_whose_parts_lie_before_its_beginning_is_refused() -> None:
    content = office()
    end = content.rindex(b"PK\x05\x06")
    offset = int.from_bytes(content[end + 16 : end + 20], "little")
    beyond = (offset + 65_536).to_bytes(4, "little")
    with pytest.raises(FileTypeRefused):
        cleaned(content[: end + 16] + beyond + content[end + 20 :], FileType.OFFICE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([jpeg(), png(), office(), pdf()]), st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_damaged_files_are_cleaned_or_refused_by_name(content: bytes, at: int, noise: bytes) -> None:
    at %= len(content)
    damaged = content[:at] + noise + content[at + len(noise) :]
    kind = type_of(damaged)
    if kind is None:
        return
    with suppress(FileTypeRefused, FileTooLarge, FileNotCleanable):
        assert cleaned(damaged, kind).content


def test_names_and_digests() -> None:
    assert [is_plain_name(name) for name in ("报告.pdf", "a b.txt")] == [True, True]
    for bad in ("../x.pdf", "a/b", "a\\b", "", ".", "..", " x", "a\u202egpj.exe", "x" * 121, "a\nb"):
        assert not is_plain_name(bad), bad
    assert name_in(disposition_of("报 告.pdf")) == "报 告.pdf"
    assert name_in(None) is None
    digest = hashlib.sha256(b"x").digest()
    assert digest_in(digest_header(digest)) == digest
    assert digest_in(f"md5=:AAAA:, sha-256=:{base64.b64encode(digest).decode()}:") == digest
    assert [digest_in(wrong) for wrong in (None, "", "sha-256=abc", "sha-256=:%%:")] == [None] * 4
