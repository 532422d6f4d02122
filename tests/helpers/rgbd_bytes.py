"""RGB and depth files made in memory, for the tests of reading and of uploading."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 24, 32
# How a picture is stored for each EXIF orientation: the inverse of setting it upright.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def room_mm() -> np.ndarray:
    """A slanted wall with a box before it, in whole millimetres, uint16."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    depth = 1801 + 37 * columns + 11 * rows
    depth[14:20, 6:14] = 1203 + rows[14:20, 6:14]
    return depth.astype(np.uint16)


def photo() -> np.ndarray:
    """A colour gradient with a bright corner, uint8 (height, width, 3)."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    picture = np.stack([rows * 10, columns * 7, 255 - rows * 5], axis=2)
    picture[:6, :8] = (250, 200, 30)
    return picture.astype(np.uint8)


def image_bytes(array: np.ndarray, file_format: str, mode=None, **options) -> bytes:
    """An array as Pillow saves it."""
    image = Image.fromarray(array)
    buffer = io.BytesIO()
    (image.convert(mode) if mode else image).save(buffer, file_format, **options)
    return buffer.getvalue()


def turned_bytes(array: np.ndarray, orientation: int, file_format: str) -> bytes:
    """An image stored turned, with the EXIF orientation that sets it upright."""
    exif = Image.Exif()
    exif[274] = orientation
    stored = np.asarray(Image.fromarray(array).transpose(STORED[orientation]))
    return image_bytes(stored, file_format, exif=exif)


def npy_bytes(array: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def npz_bytes(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy_header(shape, descr="'<f4'") -> bytes:
    """The header of an NPY file that announces what does not follow."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def pfm_bytes(array: np.ndarray, scale: float = -1.0) -> bytes:
    kind = "Pf" if array.ndim == 2 else "PF"
    dtype = "<f4" if scale < 0 else ">f4"
    header = f"{kind}\n{array.shape[1]} {array.shape[0]}\n{scale}\n".encode()
    return header + array[::-1].astype(dtype).tobytes()


def png_bytes(array: np.ndarray, bits: int, colour_type: int) -> bytes:
    """A PNG of any bit depth and colour type, written from the standard."""
    rows = array.astype(">u2" if bits == 16 else np.uint8)
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    return png_of(
        array.shape[1], array.shape[0], bits, colour_type, zlib.compress(body)
    )


def png_of(width, height, bits, colour_type, packed: bytes) -> bytes:
    """A PNG whose header and packed pixels need not agree."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + name
        + body
        + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )
