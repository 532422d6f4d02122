"""TIFF files of numbers: their pages, and every type of number that Pillow mistakes.

Pillow reads no floats of 16 or 64 bits, and turns the bytes of packed numbers of more
than 16 bits that were stored big end first. It does unpack them: a page's header is
rewritten to say that it holds plain bytes, which come back as they are stored, and the
numbers are made of them here. After the TIFF 6.0 specification (1992) and Adobe's
technical note 3 (2005) on floats.
"""

import io
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from fusionviz.data.files.kinds import check_pixels
from fusionviz.errors import InputError

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_SAMPLES, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _FORMAT = 277, 317, 322, 323, 339
_PLANAR, _SUBFILE, _EXTRA_SAMPLES = 284, 254, 338
_LONG = 4
_SIZES = {1: 1, 3: 2, 4: 4, 16: 8}
# None, LZW, deflate (two numbers), PackBits, LZMA, Zstandard.
_PACKINGS = (1, 5, 8, 32946, 32773, 34925, 50000)
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}
_PLAIN, _DIFFERENCES, _FLOAT_DIFFERENCES = 1, 2, 3
_GREY_OR_COLOUR = (0, 1, 2)
_MOST_PAGES = 1_000
_MOST_BYTES = 160_000_000
_REDUCED = 1


@dataclass(frozen=True, kw_only=True)
class TiffPage:
    """A page of a TIFF file, by its header.

    Attributes:
        number: From 1.
        height: In pixels.
        width: In pixels.
        samples: Numbers a pixel.
        bits: Of each.
        kind: `u`, `i` or `f`, as NumPy has it; `?` where they differ or are others.
        is_reduced: Whether it is a small copy of another.
        tags: The header's values by tag.
        entries: Where each tag's entry starts in the file.
    """

    number: int
    height: int
    width: int
    samples: int
    bits: int
    kind: str
    is_reduced: bool
    tags: dict[int, tuple[int, ...]]
    entries: dict[int, int]

    @property
    def name(self) -> str:
        """What the page is called in a choice."""
        return f"page {self.number}"

    @property
    def is_plain(self) -> bool:
        """Whether `read_page` makes its numbers."""
        packing = self.first(_COMPRESSION, 1)
        return (
            (self.kind, self.bits) in _TYPES
            and packing in _PACKINGS
            and self.first(_PLANAR, 1) == 1
            and self.first(_PHOTOMETRIC, 1) in _GREY_OR_COLOUR
            and self.first(_PREDICTOR, _PLAIN) in _PREDICTORS
        )

    def first(self, tag: int, default: int) -> int:
        """Return a tag's first value."""
        return self.tags.get(tag, (default,))[0]


_TYPES = {
    (kind, bits): f"{kind}{bits // 8}"
    for kind, widths in (("u", (8, 16, 32, 64)), ("i", (8, 16, 32, 64)))
    for bits in widths
} | {("f", bits): f"f{bits // 8}" for bits in (16, 32, 64)}
_PREDICTORS = (_PLAIN, _DIFFERENCES, _FLOAT_DIFFERENCES)


def list_pages(data: bytes) -> tuple[TiffPage, ...]:
    """Return a TIFF file's pages; of damaged headers those before the damage."""
    pages: list[TiffPage] = []
    try:
        layout = _Layout.of(data)
        at = layout.first(data)
        seen: set[int] = set()
        while at and at not in seen and len(pages) < _MOST_PAGES:
            seen.add(at)
            page, at = _read_header(data, layout, at, len(pages) + 1)
            pages.append(page)
    except (struct.error, ValueError):
        pass
    return tuple(pages)


def read_page(data: bytes, page: TiffPage) -> NDArray:
    """Return a page's numbers, (height, width) or (height, width, sample).

    Args:
        data: The whole file.
        page: One whose `is_plain` is true.

    Raises:
        InputError: It is too large; what else a damaged page raises is of any type.
    """
    check_pixels(page.height, page.width, "depth map")
    layout = _Layout.of(data)
    dtype = np.dtype(_TYPES[page.kind, page.bits])
    pixel_bytes = page.samples * dtype.itemsize
    tile_width = page.first(_TILE_WIDTH, 0)
    tiles = -(-page.width // tile_width) if tile_width else 1
    width = tiles * (tile_width or page.width)
    _check_bytes(page, width * pixel_bytes)
    packed = _as_bytes(data, layout, page, width * pixel_bytes, pixel_bytes)
    # A predictor runs along the rows of a tile, or along whole rows.
    rows = packed.reshape(page.height, tiles, -1)
    numbers = _undo_predictor(rows, page, np.dtype(f"{layout.order}{dtype.str[1:]}"))
    picture = numbers.reshape(page.height, width, page.samples)[:, : page.width]
    picture = picture.astype(dtype, copy=False)
    return picture[..., 0] if page.samples == 1 else picture


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How a file writes its headers: byte order, and the width of its counts."""

    order: str
    is_big: bool

    @classmethod
    def of(cls, data: bytes) -> "_Layout":
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None:
            raise ValueError("no TIFF header")
        return cls(
            order=order, is_big=struct.unpack_from(f"{order}H", data, 2)[0] == 43
        )

    def first(self, data: bytes) -> int:
        """Return where the first page's header is."""
        return self.take(data, "Q", 8) if self.is_big else self.take(data, "I", 4)

    def take(self, data: bytes, kind: str, at: int) -> int:
        """Return one number."""
        return int(struct.unpack_from(f"{self.order}{kind}", data, at)[0])

    @property
    def count(self) -> tuple[str, int]:
        """Type and bytes of the number of entries."""
        return ("Q", 8) if self.is_big else ("H", 2)

    @property
    def pointer(self) -> tuple[str, int]:
        """Type and bytes of a place in the file, and of what fits into an entry."""
        return ("Q", 8) if self.is_big else ("I", 4)


def _read_header(
    data: bytes, layout: _Layout, at: int, number: int
) -> tuple[TiffPage, int]:
    kind, size = layout.count
    count = layout.take(data, kind, at)
    pointer, pointer_bytes = layout.pointer
    entry_bytes = 4 + 2 * pointer_bytes
    tags: dict[int, tuple[int, ...]] = {}
    entries: dict[int, int] = {}
    for index in range(min(count, 4096)):
        entry = at + size + index * entry_bytes
        tag = layout.take(data, "H", entry)
        entries[tag] = entry
        tags[tag] = _values(data, layout, entry)
    following = layout.take(data, pointer, at + size + count * entry_bytes)
    tags = {tag: values for tag, values in tags.items() if values}
    first = {tag: values[0] for tag, values in tags.items()}
    bits = set(tags.get(_BITS, (1,)))
    kinds = {_KINDS.get(value, "?") for value in tags.get(_FORMAT, (1,))}
    page = TiffPage(
        number=number,
        height=first.get(_HEIGHT, 0),
        width=first.get(_WIDTH, 0),
        samples=first.get(_SAMPLES, 1),
        bits=bits.pop() if len(bits) == 1 else 0,
        kind=kinds.pop() if len(kinds) == 1 else "?",
        is_reduced=bool(first.get(_SUBFILE, 0) & _REDUCED),
        tags=tags,
        entries=entries,
    )
    return page, following


def _values(data: bytes, layout: _Layout, entry: int) -> tuple[int, ...]:
    """Return the first whole numbers of an entry; none where it holds others."""
    pointer, pointer_bytes = layout.pointer
    size = _SIZES.get(layout.take(data, "H", entry + 2), 0)
    count = min(layout.take(data, pointer, entry + 4), 16)
    at = entry + 4 + pointer_bytes
    if not size:
        return ()
    if size * count > pointer_bytes:
        at = layout.take(data, pointer, at)
    letter = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
    return struct.unpack_from(f"{layout.order}{count}{letter}", data, at)


def _check_bytes(page: TiffPage, row_bytes: int) -> None:
    wanted = row_bytes * page.height
    tile = page.first(_TILE_WIDTH, 0) * page.first(_TILE_HEIGHT, 0)
    if max(wanted, tile * page.samples * page.bits // 8) > _MOST_BYTES:
        raise InputError(
            f"The TIFF file unpacks to {wanted / 1e6:.0f} MB and at most "
            f"{_MOST_BYTES / 1e6:.0f} are read: make it smaller and upload it again."
        )


def _as_bytes(
    data: bytes, layout: _Layout, page: TiffPage, row_bytes: int, pixel_bytes: int
) -> NDArray[np.uint8]:
    """Return a page's unpacked bytes as they are stored, (height, row's bytes)."""
    patched = bytearray(data)
    changes = {
        _WIDTH: row_bytes,
        _BITS: 8,
        _SAMPLES: 1,
        _PREDICTOR: _PLAIN,
        _FORMAT: 1,
        _PHOTOMETRIC: 1,
        _EXTRA_SAMPLES: None,
        _TILE_WIDTH: page.first(_TILE_WIDTH, 0) * pixel_bytes,
    }
    for tag, value in changes.items():
        if tag in page.entries:
            _set(patched, layout, page.entries[tag], value)
    # Not by Image.open, whose limit is on pixels, which are bytes here.
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(bytes(patched)))
    image.seek(page.number - 1)
    if image.mode != "L" or image.size != (row_bytes, page.height):
        raise ValueError(f"the page's bytes came as {image.mode} of {image.size}")
    return np.asarray(image)


def _set(data: bytearray, layout: _Layout, entry: int, value: int | None) -> None:
    """Let an entry hold one value, or none."""
    pointer, pointer_bytes = layout.pointer
    front = struct.pack(f"{layout.order}H{pointer}", _LONG, int(value is not None))
    body = struct.pack(f"{layout.order}I", value or 0).ljust(pointer_bytes, b"\0")
    data[entry + 2 : entry + 4 + 2 * pointer_bytes] = front + body


def _undo_predictor(
    rows: NDArray[np.uint8], page: TiffPage, dtype: np.dtype
) -> NDArray:
    """Return the numbers of rows of bytes, (height, tile, number)."""
    predictor = page.first(_PREDICTOR, _PLAIN)
    shape = (*rows.shape[:2], -1, page.samples)
    if predictor == _FLOAT_DIFFERENCES:
        # Bytes were put together by their place in the number, the highest first, and
        # each became its difference to the one before.
        sums = np.cumsum(rows.reshape(shape), axis=2, dtype=np.uint8)
        planes = sums.reshape(*rows.shape[:2], dtype.itemsize, -1)
        highest_first = np.ascontiguousarray(np.moveaxis(planes, 2, 3))
        return highest_first.view(dtype.newbyteorder(">"))[..., 0]
    numbers = np.ascontiguousarray(rows).view(dtype)
    if predictor == _DIFFERENCES:
        whole = np.dtype(f"u{dtype.itemsize}")
        bits = numbers.astype(dtype.newbyteorder("=")).view(whole)
        sums = np.cumsum(bits.reshape(shape), axis=2, dtype=whole)
        return sums.reshape(numbers.shape).view(dtype.newbyteorder("="))
    return numbers
