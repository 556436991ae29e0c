"""Files without what tells about who made them: images, PDF and Office documents are written anew.

Writing anew also leaves off whatever was hidden before, behind or between: a file that is two things at once comes
out as one. What cannot be taken out is refused, or named in ``residue``.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from clue_service.attachments.domain import ENDINGS, OFFICE_TYPES, FileType
from clue_service.attachments.errors import FileNotCleanable, FileTooLarge, FileTypeRefused

MAX_PIXELS = 50_000_000
MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_OBJECTS = 200_000
EMBEDDED_IMAGE = "embedded_image"
"""Residue: an image inside the document in a format that is left as it is."""

_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_CHANGES = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange)[ >]")
_TEMPLATE = re.compile(rb"relationships/attachedTemplate")
_ACTIVE = re.compile(r"vbaproject|activex|embeddings/|macrosheets|externallinks/", re.IGNORECASE)
_PEOPLE = re.compile(r"(?:^|/)(?:comments\w*|people|persons?|threadedcomments?/.*|commentauthors)\.xml$", re.IGNORECASE)
_LEFT_ALONE = (".emf", ".wmf", ".gif", ".bmp", ".tif", ".tiff", ".svg", ".wdp", ".mp4", ".mp3", ".wav")
_PROPERTIES = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://'
    b'schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://'
    b'schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://'
    b'schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}


# What Pillow raises on damaged pictures; warnings where they are raised as errors.
_DAMAGED = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error,
    zlib.error, UserWarning,
)  # fmt: skip


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept."""

    content: bytes
    media_type: str
    ending: str
    residue: tuple[str, ...] = ()


def cleaned(content: bytes, kind: FileType) -> Cleaned:
    """The file without metadata. Raises FileTypeRefused, FileNotCleanable, FileTooLarge."""
    if kind is FileType.TEXT:
        return Cleaned(content, kind.value, ENDINGS[kind.value])
    if kind in (FileType.JPEG, FileType.PNG):
        return Cleaned(clean_image(content), kind.value, ENDINGS[kind.value])
    return _clean_pdf(content) if kind is FileType.PDF else _clean_office(content)


def clean_image(content: bytes) -> bytes:
    """A JPEG or PNG of the same picture, upright, without EXIF, XMP, comments, thumbnails or profiles."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileTooLarge
            image.load()
            return _written(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooLarge from error
    except _DAMAGED as error:
        raise FileTypeRefused from error


def _written(image: Image.Image) -> bytes:
    kind = "PNG" if image.format == "PNG" else "JPEG"
    is_as_stored = image.format == "JPEG" and image.getexif().get(0x0112, 1) == 1
    upright = image if is_as_stored else ImageOps.exif_transpose(image)
    transparency = upright.info.get("transparency")
    upright.info = {} if transparency is None else {"transparency": transparency}
    out = io.BytesIO()
    if kind == "PNG":
        upright.save(out, "PNG")
    else:
        # The same tables lose next to nothing when a picture is written again.
        upright.save(out, "JPEG", quality="keep" if is_as_stored else 92)
    return out.getvalue()


_TRACES = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Thumb")
_ACTIONS = ("/OpenAction", "/AA", "/JS", "/JavaScript", "/Launch")
_OF_ANNOTATION = ("/T", "/M", "/CreationDate", "/NM")


def _clean_pdf(content: bytes) -> Cleaned:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise FileNotCleanable(members={"found": "encryption"})
            if len(pdf.objects) > MAX_OBJECTS:
                raise FileTooLarge
            residue = _strip(pdf)
            out = io.BytesIO()
            pdf.remove_unreferenced_resources()
            pdf.save(out, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise FileNotCleanable(members={"found": "encryption"}) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, RecursionError) as error:
        raise FileTypeRefused from error
    return Cleaned(out.getvalue(), FileType.PDF.value, ENDINGS[FileType.PDF.value], tuple(sorted(residue)))


def _strip(pdf: pikepdf.Pdf) -> set[str]:
    form = pdf.Root.get("/AcroForm")
    if form is not None and int(form.get("/SigFlags", 0)) & 1:
        raise FileNotCleanable(members={"found": "signature"})
    del pdf.docinfo
    names = pdf.Root.get("/Names")
    if names is not None:
        for name in ("/EmbeddedFiles", "/JavaScript"):
            _drop(names, name)
    return {found for one in pdf.objects for found in _strip_object(one)}


def _drop(dictionary: pikepdf.Object, name: str) -> None:
    if name in dictionary:
        del dictionary[name]


def _strip_object(one: pikepdf.Object) -> Iterator[str]:
    """Strip an object and what stands directly in it; what it refers to is an object of its own."""
    if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        for name in (*_TRACES, *_ACTIONS):
            _drop(one, name)
        if "/Rect" in one and "/Subtype" in one and "/FT" not in one:
            for name in _OF_ANNOTATION:
                _drop(one, name)
        if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image":
            yield from _strip_image(one)
        inner = [one[name] for name in one.keys()]  # noqa: SIM118 - a PDF dictionary, whose iteration is not its keys'
    else:
        inner = list(one) if isinstance(one, pikepdf.Array) else []
    for part in inner:
        if isinstance(part, (pikepdf.Dictionary, pikepdf.Array)) and not part.is_indirect:
            yield from _strip_object(part)


def _strip_image(one: pikepdf.Stream) -> Iterator[str]:
    filters = one.get("/Filter")
    if filters == "/JPXDecode":
        yield EMBEDDED_IMAGE
    if filters != "/DCTDecode":
        return
    raw = one.read_raw_bytes()
    if b"Exif\x00\x00" not in raw and b"http://ns.adobe.com/xap" not in raw:
        return
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG",)) as image:
            if image.mode not in ("L", "RGB") or image.width * image.height > MAX_PIXELS:
                yield EMBEDDED_IMAGE
                return
            image.load()
            image.info = {}
            out = io.BytesIO()  # not turned upright: the page says how it lies
            image.save(out, "JPEG", quality="keep" if image.format == "JPEG" else 92)
    except _DAMAGED:
        yield EMBEDDED_IMAGE
        return
    one.write(out.getvalue(), filter=pikepdf.Name.DCTDecode)


def _clean_office(content: bytes) -> Cleaned:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            media_type, ending = _office_type(package)
            residue: set[str] = set()
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
                for name, part in _parts(package):
                    if name.lower().endswith(_LEFT_ALONE):
                        residue.add(EMBEDDED_IMAGE)
                    written.writestr(zipfile.ZipInfo(name, _DAY_ONE), part, zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_DAMAGED) as error:
        raise FileTypeRefused from error
    return Cleaned(out.getvalue(), media_type, ending, tuple(sorted(residue)))


def _office_type(package: zipfile.ZipFile) -> tuple[str, str]:
    names = package.namelist()
    if len(names) > MAX_PARTS:
        raise FileTooLarge
    is_sound = len(set(names)) == len(names) and not any(_leads_away(name) for name in names)
    found = [kind for part, kind in OFFICE_TYPES.items() if part in names]
    if not is_sound or "[Content_Types].xml" not in names or len(found) != 1:
        raise FileTypeRefused
    return found[0]


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    left = MAX_UNPACKED
    for info in package.infolist():
        if info.is_dir():
            continue
        _check_part(info.filename)
        with package.open(info) as file:
            part = file.read(left + 1)  # what the header says about its size is not believed
        left -= len(part)
        if left < 0:
            raise FileTooLarge
        yield info.filename, _clean_part(info.filename, part)


def _check_part(name: str) -> None:
    if _ACTIVE.search(name):
        raise FileNotCleanable(members={"found": "active_content"})
    if _PEOPLE.search(name):
        raise FileNotCleanable(members={"found": "comments"})


def _clean_part(name: str, part: bytes) -> bytes:
    if name in _PROPERTIES:
        return _PROPERTIES[name]
    if name.startswith("word/") and name.endswith(".xml") and _CHANGES.search(part):
        raise FileNotCleanable(members={"found": "tracked_changes"})
    if name.endswith(".rels") and _TEMPLATE.search(part):
        raise FileNotCleanable(members={"found": "template"})
    if name.lower().endswith((".jpg", ".jpeg", ".png")):
        return clean_image(part)
    return part
