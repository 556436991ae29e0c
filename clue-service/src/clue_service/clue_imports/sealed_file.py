"""The file of an import as one that can be sought in: pieces are opened as they are read, a few stay in memory."""

import io
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

_IN_MEMORY = 6  # the directory at the end of an archive is read between its parts


class SealedFile(io.RawIOBase):
    """Read-only. ``pieces`` are (start, size) in order and without gaps; ``load`` opens the piece of a start."""

    def __init__(self, pieces: Sequence[tuple[int, int]], load: Callable[[int], bytes]) -> None:
        super().__init__()
        self._starts = [start for start, _ in pieces]
        self._end = sum(size for _, size in pieces)
        self._load = load
        self._opened: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Bytes from the beginning."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; answers it in bytes from the beginning."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from one piece; 0 at the end."""
        if self._position >= self._end:
            return 0
        start = self._starts[bisect_right(self._starts, self._position) - 1]
        found = self._piece(start)[self._position - start :][: len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def _piece(self, start: int) -> bytes:
        if start not in self._opened:
            self._opened[start] = self._load(start)
            while len(self._opened) > _IN_MEMORY:
                self._opened.popitem(last=False)
        self._opened.move_to_end(start)
        return self._opened[start]
