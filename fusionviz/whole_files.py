"""Files that are written whole or not at all, and read again only when they changed."""

import os
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def replace_file(path: Path, content: bytes | str) -> None:
    """Write a file so that it is either the old one or the new one, never a part.

    Two writers of one file do not meet: each has a draft of its own, and the last one
    to be done counts.

    Args:
        path: Of the file; its folder is there.
        content: Bytes, or text, which is written as UTF-8.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def read_once(most: int) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """Decorate a function of a file so that it keeps what it returned of some.

    A file that has changed is read again. What is kept is shared: nobody changes it.

    Args:
        most: How many are kept; the one that was not asked for longest goes.
    """

    def decorate(read: Callable[[Path], T]) -> Callable[[Path], T]:
        @lru_cache(maxsize=most)
        def kept(path: Path, changed: int, size: int, number: int) -> T:
            return read(path)

        @wraps(read)
        def reading(path: Path) -> T:
            try:
                found = path.stat()
            except OSError:  # `read` says so in its own words
                return read(path)
            return kept(path, found.st_mtime_ns, found.st_size, found.st_ino)

        return reading

    return decorate
