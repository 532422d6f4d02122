"""Files that are written whole or not at all, wherever a process is killed."""

import os
import threading
from pathlib import Path


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
