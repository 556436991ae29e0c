"""Text as the engine compares it: half-width, simplified, without marks and noise, of bounded length. Never raises."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# Work per clue must stay bounded: a longer letter is read at its beginning and at its end.
MAX_TEXT = 16_000
_TAIL = 4_000

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_DOTS = str.maketrans(dict.fromkeys("・•‧∙⋅●᛫．˙▪﹒", "·"))
_MASKS = str.maketrans({"×": "某", "✕": "某", "╳": "某", "＊": "某", "※": "某", "□": "某", "■": "某", "○": "某"})
_CIRCLED = str.maketrans({chr(0x2460 + n): f"({n + 1})" for n in range(20)})  # ①: else 1, as if it were a digit
_MARKS = _DOTS | _MASKS | _CIRCLED
_NOISE_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "So", "Sk"})
_MAYBE_NOISE = re.compile(r"[^\u4e00-\u9fff -~\n]")
_HAN_GAP = re.compile(rf"(?<=[{HAN}。、,;:]) +(?=[{HAN}。、,;:])")  # scanners put blanks between characters
_SPACES = re.compile(r"\s+")


@cache
def _converter() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


def clip(raw: str) -> str:
    """At most ``MAX_TEXT`` characters: the beginning and the end of a longer text."""
    return raw if len(raw) <= MAX_TEXT else f"{raw[: MAX_TEXT - _TAIL]}\n{raw[-_TAIL:]}"


def folded(raw: str) -> str:
    """Character for character as long as ``raw``: half-width, simplified, lower case; what texts are searched by."""
    folds = [unicodedata.normalize("NFKC", character).lower() for character in raw]
    text = "".join(fold if len(fold) == 1 else character for fold, character in zip(folds, raw, strict=True))
    if text.isascii():
        return text
    simplified = _converter().convert(text)
    return simplified if len(simplified) == len(text) else text


def clean(raw: str | None) -> str:
    """Full-width to half-width, traditional to simplified, lower case; emoji, marks and control characters dropped."""
    if not raw:
        return ""
    text = clip(raw).translate(_MARKS)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[: 2 * MAX_TEXT]  # one ligature may become 18 characters
        text = _MAYBE_NOISE.sub(_without_noise, text)
        text = _converter().convert(text)
    text = text.replace("\x00", " ").lower()
    return _SPACES.sub(" ", _HAN_GAP.sub("", text)).strip()


def _without_noise(match: re.Match[str]) -> str:
    return " " if unicodedata.category(match.group()) in _NOISE_CATEGORIES else match.group()


def is_han(character: str) -> bool:
    """Whether this is a Chinese character of the two common blocks."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf"
