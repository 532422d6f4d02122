"""What a file is, told from its first bytes, and how large it may be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from fusionviz.errors import InputError, is_of_memory

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
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_OFFSETS = (0, 512, 1024, 2048)
_MAT = b"MATLAB 5.0 MAT-file"
_PICTURE_CURE = "open it in a picture viewer and save it as PNG or JPEG"
# Kinds that people do bring and that are not read: what each is called in a sentence,
# its signature, and what to do.
_FOREIGN = (
    ("a GIF", rb"GIF8", "save its picture as PNG"),
    ("a JPEG XL picture", rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", _PICTURE_CURE),
    (
        "a HEIC or AVIF photo",
        rb"....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)",
        f"{_PICTURE_CURE} (a phone can also take photos as JPEG)",
    ),
    (
        "a camera's raw photo",
        rb"FUJIFILMCCD-RAW|....ftypcrx|IIRO|IIU\0",
        "develop it and save it as PNG or JPEG",
    ),
    ("a video", rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ", "save one frame as PNG"),
    ("a JPEG 2000 picture", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", _PICTURE_CURE),
    ("a Photoshop file", rb"8BPS", _PICTURE_CURE),
    ("a PDF", rb"%PDF", "save its picture as PNG"),
    ("an HDF5 file", re.escape(_HDF5), "save the map alone"),
    ("a MATLAB file", rb"MATLAB \d", "save the map alone"),
    ("a Python pickle", rb"\x80[\x02-\x05]", "save the array with np.save"),
    ("a point cloud", rb"ply\s|# \.PCD", "render it as a depth map"),
    ("a ZIP archive", rb"PK(\x03\x04|\x05\x06)", "unpack it"),
    (
        "a packed archive",
        rb"7z\xbc\xaf|Rar!|\x1f\x8b|BZh|\xfd7zXZ|\(\xb5/\xfd|.{257}ustar",
        "unpack it",
    ),
    ("a web page or SVG", rb"(\xef\xbb\xbf)?\s*<", "download the picture itself"),
)


def identify(data: bytes) -> str | None:
    """Return the kind of a file ("PNG", "NPY", ...), or None if it is not read.

    Only the content counts: a name or an extension is never looked at.
    """
    head = data[:4096]
    for kind, signature in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return kind
    # MATLAB 7.3 writes HDF5 behind a header of its own.
    if any(head.startswith(_HDF5, offset) for offset in _HDF5_OFFSETS):
        return "HDF5"
    return "MATLAB" if head.startswith(_MAT) else None


def describe_foreign(data: bytes) -> str:
    """Return what a file is that is not read, with its article."""
    return _foreign(data)[0]


def cure_foreign(data: bytes) -> str:
    """Return what to do with a file that is not read, before it is brought again."""
    return _foreign(data)[1]


def _foreign(data: bytes) -> tuple[str, str]:
    head = data[:4096]
    for kind, signature, cure in _FOREIGN:
        if re.match(signature, head, re.DOTALL):
            return kind, cure
    # Ignoring errors forgives a letter that the cut goes through, and no more.
    text = head.decode("utf-8", errors="ignore")
    is_text = len(text.encode()) > len(head) - 4 and all(
        letter.isprintable() or letter.isspace() for letter in text
    )
    return ("a text file" if is_text else "not a picture"), "export it again"


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
        if is_of_memory(error):
            raise InputError(
                f"The {what} needs more memory than there is: make it smaller and "
                "upload it again."
            ) from error
        raise InputError(
            f"The {what} is a {kind} file that is damaged, cut off or of a rare "
            "variant: save it again and upload the new file."
        ) from error
