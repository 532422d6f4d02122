"""RGB and depth files made in memory, for the tests of reading and of uploading."""

import io
import pathlib
import struct
import tempfile
import zlib

import h5py
import numpy as np
import scipy.io
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


def tiff_bytes(*pages, order="<", packed=False, predictor=1) -> bytes:
    """A TIFF of one strip a page, (height, width[, sample]), from the specification."""
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}H", 42)
    data, link = bytearray(start + bytes(4)), 4
    for page in pages:
        tags = _tiff_tags(page, predictor, packed)
        body = _tiff_strip(page, order, predictor)
        body = zlib.compress(body) if packed else body
        tags |= {273: (len(data),), 279: (len(body),)}
        data += body + b"\0" * (len(body) % 2)
        entries = b""
        for tag, values in sorted(tags.items()):
            entries += struct.pack(f"{order}HHI", tag, 4, len(values))
            numbers = struct.pack(f"{order}{len(values)}I", *values)
            if len(values) > 1:
                entries += struct.pack(f"{order}I", len(data))
                data += numbers
            else:
                entries += numbers
        struct.pack_into(f"{order}I", data, link, len(data))
        data += struct.pack(f"{order}H", len(tags)) + entries
        link = len(data)
        data += bytes(4)
    return bytes(data)


def _tiff_tags(page, predictor, packed):
    samples = page.shape[2] if page.ndim == 3 else 1
    kind = {"u": 1, "i": 2, "f": 3}[page.dtype.kind]
    tags = {
        256: (page.shape[1],),
        257: (page.shape[0],),
        258: (8 * page.dtype.itemsize,) * samples,
        259: (8 if packed else 1,),
        262: (2 if samples >= 3 else 1,),
        277: (samples,),
        278: (page.shape[0],),
        317: (predictor,),
        339: (kind,) * samples,
    }
    return tags | ({338: (2,)} if samples in (2, 4) else {})


def _tiff_strip(page, order, predictor):
    """Rows as they are stored: numbers, their differences, or differences of bytes."""
    rows = page.reshape(*page.shape[:2], -1)
    if predictor == 2:
        whole = rows.view(f"u{page.dtype.itemsize}")
        rows = np.concatenate([whole[:, :1], np.diff(whole, axis=1)], axis=1)
    if predictor == 3:
        highest = rows.astype(rows.dtype.newbyteorder(">"))
        count, samples = rows.shape[1], rows.shape[2]
        parts = highest.view(np.uint8).reshape(len(rows), count * samples, -1)
        planes = parts.swapaxes(1, 2).reshape(len(rows), -1, samples)
        differences = np.diff(planes, axis=1)
        return np.concatenate([planes[:, :1], differences], axis=1).tobytes()
    return rows.astype(rows.dtype.newbyteorder(order)).tobytes()


def mat_bytes(packed=True, **arrays: np.ndarray) -> bytes:
    """A MAT-file of level 5, as SciPy writes it."""
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, arrays, do_compression=packed)
    return buffer.getvalue()


def hdf5_bytes(matlab=False, **arrays: np.ndarray) -> bytes:
    """An HDF5 file; for MATLAB behind its header, axes turned round, as version 7.3."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512 if matlab else 0) as file:
        for name, array in arrays.items():
            file[name] = np.asarray(array).T if matlab else array
    data = buffer.getvalue()
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512)
    return header + data[512:] if matlab else data


def exr_bytes(*parts: dict, windows=None, names=None) -> bytes:
    """An EXR of parts, each channels by name; windows: of data and of display."""
    import OpenEXR

    made = []
    for number, channels in enumerate(parts):
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        if len(parts) > 1:
            header["name"] = names[number] if names else f"part{number}"
        if windows:
            header["dataWindow"], header["displayWindow"] = windows
        made.append(OpenEXR.Part(header, channels))
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        OpenEXR.File(made).write(file.name)
        return pathlib.Path(file.name).read_bytes()
