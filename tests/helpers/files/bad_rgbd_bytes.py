"""RGB and depth files that must be refused, made in memory, each with its reason."""

import io
import pickle
import struct
import zipfile
import zlib

import numpy as np

from tests.helpers.files.rgbd_bytes import (
    image_bytes,
    npy_bytes,
    npy_header,
    npz_bytes,
    pfm_bytes,
    photo,
    png_bytes,
    png_of,
    room_mm,
)

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)
PNG16 = image_bytes(MM, "PNG")


class _Trap:
    """An object whose unpickling would be noticed."""

    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was run')",)


def _zip_of(name, body, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, body)
    return buffer.getvalue()


def _zip_bomb():
    return _zip_of("depth.npy", npy_header((40_000, 50_000)) + bytes(30_000_000))


def _lying_zip():
    """An array that says 39 megapixels and holds none of them."""
    return _zip_of("depth.npy", npy_header((6_000, 6_500)) + bytes(100))


def _many_entries():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(1_500):
            archive.writestr(f"{number}.npy", b"")
    return buffer.getvalue()


def tiff_of(**tags):
    """A one-strip grey TIFF whose tags can lie about its size."""
    names = {"width": 256, "height": 257, "tile_width": 322, "tile_height": 323}
    fields = {258: 8, 259: 8, 262: 1, 277: 1} | {names[k]: v for k, v in tags.items()}
    tiled = "tile_width" in tags
    packed = zlib.compress(bytes(200_000))
    fields |= {324: 8, 325: len(packed)} if tiled else {273: 8, 279: len(packed)}
    if not tiled:
        fields[278] = tags["height"]
    entries = b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(fields.items())
    )
    directory = struct.pack("<H", len(fields)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(packed)) + packed + directory


def _jpeg_with_size(height, width):
    data = bytearray(image_bytes(PHOTO, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _bmp_with_size(height, width):
    data = bytearray(image_bytes(PHOTO, "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def _gif():
    return image_bytes(PHOTO[..., 0], "GIF")


NOT_PICTURES = {
    "text": (b"hello, this is a note\n" * 9, "a text file"),
    "web page": (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    "SVG": (b'<?xml version="1.0"?><svg/>', "web page or SVG"),
    "GIF": (_gif(), "a GIF"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, Platform: X" + bytes(99), "MATLAB"),
    "pickle": (pickle.dumps(_Trap()), "pickle"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "video": (b"\0\0\0\x18ftypisom" + bytes(99), "a video"),
    "point cloud": (b"ply\nformat ascii 1.0\n", "a point cloud"),
    "noise": (bytes(range(128, 256)) * 9, "not a picture"),
    "words that begin as a BMP does": (b"BMW is a maker of cars", "a text file"),
}
TOO_LARGE = {
    "PNG": png_of(20_000, 20_000, 16, 0, zlib.compress(bytes(10_000_000))),
    "PNG that Pillow refuses": png_of(2**31 - 1, 2**31 - 1, 8, 2, b""),
    "JPEG": _jpeg_with_size(65_500, 65_500),
    "BMP": _bmp_with_size(30_000, 30_000),
    "TIFF": tiff_of(width=30_000, height=30_000),
    "PPM": b"P6 9000 9000 255\n" + bytes(100),
}
TOO_LARGE_DEPTH = {
    "PGM": b"P5 9000 9000 65535\n" + bytes(100),
    "plain PGM": b"P2 9000 9000 65535\n1 2 3",
    "PFM": b"Pf\n9000 9000\n-1\n" + bytes(100),
    "NPY": npy_header((9_000, 9_000)) + bytes(100),
    "NPY of three axes": npy_header((9_000, 9_000, 3)) + bytes(100),
    "NPY beyond 64 bits": npy_header((2**40, 2**40)) + bytes(100),
    "NPZ": _zip_bomb(),
}
BAD_DEPTH = {
    "pickled NPY": (
        npy_bytes(np.array([_Trap()], object), allow_pickle=True),
        "Python objects",
    ),
    "pickled NPZ": (
        npz_bytes(depth=np.array([[_Trap()]], object)),
        "Python objects",
    ),
    "complex NPY": (npy_bytes(METRES.astype(complex)), "complex numbers"),
    "boolean NPY": (npy_bytes(MM > 2000), "a mask"),
    "text NPY": (npy_bytes(np.array([["a"]])), "text or dates"),
    "record NPY": (npy_bytes(np.zeros((4, 4), "f4,f4")), "records"),
    "flat NPY": (npy_bytes(METRES.ravel()), "height and a width"),
    "stacked NPY": (npy_bytes(np.stack([METRES] * 5)), "height and a width"),
    "two-channel NPY": (npy_bytes(np.dstack([METRES] * 2)), "height and a width"),
    "number NPY": (npy_bytes(np.float32(3)), "height and a width"),
    "NPY without pixels": (npy_bytes(np.zeros((0, 5))), "no pixels"),
    "cut NPY": (npy_bytes(METRES)[:-40], "cut off"),
    "cut NPY header": (npy_bytes(METRES)[:30], "damaged"),
    "NPY of endless header": (b"\x93NUMPY\x02\0" + b"\xff" * 99, "damaged"),
    "NPY with code in its header": (
        npy_header("__import__('os').getpid()"),
        "damaged",
    ),
    "NPY of negative shape": (npy_header((-5, -5)), "damaged"),
    "deeply nested NPY header": (
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 9_000) + b"(" * 9_000,
        "damaged",
    ),
    "NPZ without arrays": (_zip_of("depth.txt", b"1 2 3"), "without an array"),
    "empty NPZ": (b"PK\x05\x06" + bytes(18), "without an array"),
    "NPZ of two candidates": (npz_bytes(a=METRES, b=METRES), "several arrays"),
    "NPZ of many entries": (_many_entries(), "too many files"),
    "NPZ that lies": (_lying_zip(), "cut off"),
    "LZMA NPZ": (
        _zip_of("depth.npy", npy_bytes(METRES), zipfile.ZIP_LZMA),
        "np.savez",
    ),
    "cut NPZ": (npz_bytes(depth=METRES)[:-30], "damaged"),
    "cut PFM": (pfm_bytes(METRES)[:-4], "cut off"),
    "cut PGM": (b"P5 32 24 65535\n" + bytes(99), "cut off"),
    "cut plain PGM": (b"P2 3 3 9\n1 2 3 4 5 6 7 8 ", "cut off"),
    "plain PGM of words": (b"P2 2 2 9\n1 2 x 3 4", "damaged"),
    "cut PNG": (PNG16[: len(PNG16) // 2], "damaged"),
    "colours": (image_bytes(PHOTO, "PNG"), "colour picture"),
    "16-bit colours": (png_bytes(PHOTO.astype("u2") * 257, 16, 2), "colour picture"),
    "colour NPY": (npy_bytes(PHOTO), "colour picture"),
    "colour PFM": (pfm_bytes(PHOTO / np.float32(255)), "colour picture"),
    "mask": (image_bytes(MM > 2000, "PNG"), "mask"),
    "zeros": (image_bytes(np.zeros((9, 9), np.uint16), "PNG"), "no distance"),
    "black picture": (image_bytes(np.zeros((9, 9, 3), np.uint8), "PNG"), "no distance"),
    "NaN": (npy_bytes(np.full((9, 9), np.nan)), "no distance"),
    "negative": (npy_bytes(-METRES), "no distance"),
}
