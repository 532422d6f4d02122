"""What a file is, told from its first bytes, and how large it may be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from fusionviz.errors import InputError

MAX_MEGABYTES = 50
MAX_MEGAPIXELS = 40
MAX_PIXELS = MAX_MEGAPIXELS * 1_000_000

_SIGNATURES = (
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("JPEG", rb"\xff\xd8\xff"),
    ("WebP", rb"RIFF....WEBP"),
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
    ("BMP", rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    ("PGM", rb"P[25](\s|#[^\n]*\n)+\d"),
    ("PPM", rb"P[1346](\s|#[^\n]*\n)+\d"),
    ("PFM", rb"P[fF]\s+\d"),
    ("NPY", rb"\x93NUMPY"),
    ("NPZ", rb"PK(\x03\x04|\x05\x06)"),
    ("EXR", rb"v/1\x01"),
)
# Kinds that people do upload and that are not read, as they are called in a sentence.
_FOREIGN = (
    ("a GIF", rb"GIF8"),
    ("a HEIC or AVIF photo", rb"....ftyp(heic|heix|hevc|mif1|msf1|avif|avis)"),
    ("a video", rb"....ftyp|\x1aE\xdf\xa3"),
    ("a JPEG 2000 picture", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"),
    ("a PDF", rb"%PDF"),
    ("an HDF5 or MATLAB file", rb"\x89HDF|MATLAB \d"),
    ("a Python pickle", rb"\x80[\x02-\x05]"),
    ("a point cloud", rb"ply\s|# \.PCD"),
    ("a web page or SVG", rb"(\xef\xbb\xbf)?\s*<"),
)


def identify(data: bytes) -> str | None:
    """Return the kind of a file ("PNG", "NPY", ...), or None if it is not read.

    Only the content counts: a name or an extension is never looked at.
    """
    head = data[:4096]
    for kind, signature in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return kind
    return None


def describe_foreign(data: bytes) -> str:
    """Return what a file is that `identify` does not know, with its article."""
    head = data[:4096]
    for kind, signature in _FOREIGN:
        if re.match(signature, head, re.DOTALL):
            return kind
    # Ignoring errors forgives a letter that the cut goes through, and no more.
    text = head.decode("utf-8", errors="ignore")
    is_text = len(text.encode()) > len(head) - 4 and all(
        letter.isprintable() or letter.isspace() for letter in text
    )
    return "a text file" if is_text else "not a picture"


def check_bytes(data: bytes, what: str) -> None:
    """Refuse a file that is empty or too large.

    Args:
        data: The whole file.
        what: The file's name in a sentence, e.g. "depth map".

    Raises:
        InputError: If there are no bytes, or more than `MAX_MEGABYTES` MB.
    """
    if not data:
        raise InputError(
            f"The {what} file is empty (0 bytes): save it again and upload it."
        )
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise InputError(
            f"The {what} file has {len(data) / 1e6:.0f} MB and at most "
            f"{MAX_MEGABYTES} MB are read: make it smaller and upload it again."
        )


def check_pixels(height: int, width: int, what: str) -> None:
    """Refuse a picture that is empty or too large, from its header alone.

    Raises:
        InputError: If there is no pixel, or more than `MAX_MEGAPIXELS` million.
    """
    if height < 1 or width < 1:
        raise InputError(
            f"The {what} has no pixels ({width} x {height}): export it again."
        )
    if height * width > MAX_PIXELS:
        raise InputError(
            f"The {what} has {height * width / 1e6:.0f} megapixels "
            f"({width} x {height}) and at most {MAX_MEGAPIXELS} are read: "
            "make it smaller and upload it again."
        )


@contextmanager
def refusing_damage(kind: str, what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into one sentence for a user.

    Args:
        kind: The kind of file, as `identify` returns it.
        what: The file's name in a sentence, e.g. "depth map".

    Raises:
        InputError: In place of any other exception raised inside.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"The {what} is a {kind} file that is damaged, cut off or of a rare "
            "variant: save it again and upload the new file."
        ) from error
