"""Files of plain numbers: NPY, PGM and PFM.

Each header is checked against the limits, and against the number of bytes that follow,
before the numbers are touched. Nothing in a file is ever run: no pickles.
"""

import ast
import io
import re
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.kinds import MAX_MEGAPIXELS, check_pixels
from fusionviz.errors import InputError

MAX_UNPACKED_BYTES = MAX_MEGAPIXELS * 8_000_000
"""One float64 for each of the pixels that are allowed."""

_MAX_NPY_HEADER_BYTES = 10_000
_MAX_AXES = 8
_CUT_OFF = (
    "The depth file is cut off, its header announces more numbers than follow: save it "
    "again and upload the new file."
)


def read_npy(data: bytes) -> NDArray:
    """Return the array of a NumPy file, of shape (height, width) or with channels.

    Raises:
        InputError: If it holds objects, records, text or complex numbers, is not
            shaped as a picture, is too large or cut off.
    """
    return _read_npy_stream(io.BytesIO(data), len(data))


def read_pgm(data: bytes) -> NDArray:
    """Return the values of a grey portable map, integers (height, width).

    They are not stretched to the file's largest value: depth is no brightness.

    Raises:
        InputError: If the header is no PGM header, or as in `read_npy`.
    """
    separator = rb"(?:\s|#[^\n]*\n)+"
    header = re.match(rb"P([25])" + (separator + rb"(\d{1,9})") * 3, data[:4096])
    if header is None:
        raise ValueError("no PGM header")
    width, height, largest = (int(header[field]) for field in (2, 3, 4))
    check_pixels(height, width, "depth map")
    if not 0 < largest < 65536:
        raise ValueError(f"largest value of a PGM must be 1 to 65535, got {largest}")
    if header[1] == b"2":
        return _from_text(data[header.end() :], (height, width))
    dtype = np.dtype(np.uint8 if largest < 256 else ">u2")
    return _from_bytes(data[header.end() + 1 :], dtype, (height, width))


def read_pfm(data: bytes) -> NDArray:
    """Return the values of a portable float map, (height, width) or (..., 3).

    The rows are stored from the bottom up; a negative scale marks little-endian floats.

    Raises:
        InputError: If it is too large or cut off.
    """
    header = re.match(
        rb"P([fF])\s+(\d{1,9})\s+(\d{1,9})\s+(\S{1,40})(?:\r\n|\s)", data[:4096]
    )
    if header is None:
        raise ValueError("no PFM header")
    width, height = int(header[2]), int(header[3])
    check_pixels(height, width, "depth map")
    dtype = np.dtype("<f4" if float(header[4]) < 0 else ">f4")
    shape = (height, width) if header[1] == b"f" else (height, width, 3)
    return _from_bytes(data[header.end() :], dtype, shape)[::-1]


def _from_bytes(body: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray:
    count = int(np.prod(shape))
    _check_length(len(body), count * dtype.itemsize)
    return np.frombuffer(body, dtype, count).reshape(shape)


def _from_text(body: bytes, shape: tuple[int, int]) -> NDArray[np.int32]:
    count = shape[0] * shape[1]
    _check_length(len(body), 2 * count - 1)
    # Without a count: with one, NumPy fills what is missing with stale memory.
    values = np.fromstring(re.sub(rb"#[^\n]*", b"", body), np.int32, sep=" ")
    _check_length(values.size, count)
    return values[:count].reshape(shape)


def _check_length(there: int, wanted: int) -> None:
    if there < wanted:
        raise InputError(_CUT_OFF)


def _read_npy_stream(stream: IO[bytes], file_bytes: int) -> NDArray:
    dtype, fortran_order, shape = read_npy_header(stream)
    check_numbers(dtype)
    picture = picture_shape(shape)
    wanted = int(np.prod(picture)) * dtype.itemsize
    check_unpacked(wanted)
    _check_length(file_bytes, wanted)
    body = stream.read(wanted)
    _check_length(len(body), wanted)
    values = np.frombuffer(body, dtype)
    # Squeezing an axis of length 1 leaves the order of the others as it is.
    return channels_last(values.reshape(picture, order="F" if fortran_order else "C"))


def read_npy_header(stream: IO[bytes]) -> tuple[np.dtype, bool, tuple[int, ...]]:
    """Return type, whether Fortran's order, and shape of a NumPy file.

    Records have the type of raw bytes.

    Args:
        stream: At the file's first byte; left at the first byte of its numbers.

    Raises:
        ValueError: It is no such file; also SyntaxError, KeyError, IndexError and
            TypeError, by what is wrong with it.
    """
    version = stream.read(8)[6]
    length = int.from_bytes(stream.read(2 if version == 1 else 4), "little")
    if length > _MAX_NPY_HEADER_BYTES:
        raise ValueError(f"NPY header of {length} bytes")
    header = ast.literal_eval(stream.read(length).decode("latin1").strip())
    shape = tuple(header["shape"])
    is_size = [type(side) is int and 0 <= side < 2**63 for side in shape]
    if len(shape) > _MAX_AXES or not all(is_size):
        raise ValueError(f"shape of an NPY file must hold sizes, got {shape}")
    descr = header["descr"]
    # Anything but a string describes records, which are refused by their kind.
    dtype = np.dtype(descr) if isinstance(descr, str) else np.dtype("V1")
    return dtype, bool(header["fortran_order"]), shape


def check_numbers(dtype: np.dtype) -> None:
    """Refuse arrays of anything but real numbers.

    Raises:
        InputError: Naming what they hold.
    """
    if dtype.hasobject:
        raise InputError(
            "The depth array holds Python objects, which could run code and are not "
            "read: save it with array.astype('float32')."
        )
    if dtype.kind not in "fiu":
        names = {"c": "complex numbers", "b": "true or false (a mask)", "V": "records"}
        raise InputError(
            f"The depth array holds {names.get(dtype.kind, 'text or dates')} and not "
            "one real number a pixel: save it as float32 metres."
        )


def check_unpacked(wanted: int) -> None:
    """Refuse an array whose numbers take more memory than any picture's.

    Raises:
        InputError: Naming the limit.
    """
    if wanted > MAX_UNPACKED_BYTES:
        raise InputError(
            f"The depth array unpacks to {wanted / 1e6:.0f} MB and at most "
            f"{MAX_UNPACKED_BYTES / 1e6:.0f} are read: save it as float32."
        )


def picture_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of an array as a picture's, without axes of length 1.

    Raises:
        InputError: It is neither (height, width) nor that with 3 or 4 channels, which
            may come first or last; or it is too large.
    """
    picture = tuple(side for side in shape if side != 1) if len(shape) > 2 else shape
    is_stack = len(picture) == 3 and _channel_axis(picture) is None
    if len(picture) not in (2, 3) or is_stack:
        raise InputError(
            f"The depth array has shape {shape}, and a depth map has a height and a "
            "width: save one map of shape (height, width)."
        )
    sides = [n for axis, n in enumerate(picture) if axis != _channel_axis(picture)]
    check_pixels(sides[0], sides[1], "depth map")
    return picture


def channels_last(values: NDArray) -> NDArray:
    """Return a picture (height, width) or (height, width, channel)."""
    axis = _channel_axis(values.shape) if values.ndim == 3 else None
    return values if axis is None else np.moveaxis(values, axis, 2)


def _channel_axis(picture: tuple[int, ...]) -> int | None:
    if len(picture) != 3:
        return None
    return next((axis for axis in (2, 0) if picture[axis] in (3, 4)), None)
