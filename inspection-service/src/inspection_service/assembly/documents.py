"""Reading instance files. No numpy: the command line uses this before it starts a solver process."""

import gzip
import zlib
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from inspection_service.assembly.errors import refuse_instance, wrong


def load_document(path: Path) -> dict[str, Any]:
    """Read a ``.json`` or ``.json.gz`` file.

    Raises InvalidInstance when it is not JSON, and OSError when it cannot be read.
    """
    raw = path.read_bytes()
    try:
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        document = from_json(raw)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise refuse_instance(
            [wrong("", "not_json", "文件不是有效的 JSON 或 gzip", "not valid JSON or gzip")]
        ) from error
    if not isinstance(document, dict):
        raise refuse_instance([wrong("", "not_an_object", "最外层应为对象", "the outermost value must be an object")])
    return document
