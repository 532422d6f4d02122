"""One depth map in every container that is read."""

import numpy as np

from tests.helpers.files.rgbd_bytes import (
    image_bytes,
    npy_bytes,
    npz_bytes,
    pfm_bytes,
    photo,
    png_bytes,
    room_mm,
)

MM = room_mm()
METRES = (MM / 1000).astype(np.float32)
PHOTO = photo()

DEPTH_FILES = {
    "16-bit PNG": image_bytes(MM, "PNG"),
    "16-bit TIFF": image_bytes(MM, "TIFF"),
    "big-endian TIFF": image_bytes(MM.astype(">u2"), "TIFF"),
    "16-bit PGM": b"P5 32 24 65535\n" + MM.astype(">u2").tobytes(),
    "PGM with its own largest value and a comment": (
        b"P5\n# CREATOR: a tool\n32 24\n4095\n" + MM.astype(">u2").tobytes()
    ),
    "plain PGM": b"P2\n32 24\n65535\n" + " ".join(map(str, MM.ravel())).encode(),
    "16-bit PNG of three equal channels": png_bytes(
        np.repeat(MM[..., None], 3, axis=2), 16, 2
    ),
    "16-bit PNG with alpha": png_bytes(np.dstack([MM, np.full_like(MM, 65535)]), 16, 4),
    "float32 NPY": npy_bytes(METRES),
    "float64 NPY": npy_bytes(METRES.astype(float)),
    "big-endian NPY": npy_bytes(METRES.astype(">f4")),
    "Fortran-ordered NPY": npy_bytes(np.asfortranarray(METRES)),
    "uint16 NPY": npy_bytes(MM),
    "int32 NPY": npy_bytes(MM.astype(np.int32)),
    "NPY in millimetres": npy_bytes(MM.astype(np.float32)),
    "NPY with a channel axis": npy_bytes(METRES[..., None]),
    "NPY with a batch axis": npy_bytes(METRES[None]),
    "NPY of three equal channels": npy_bytes(np.repeat(METRES[..., None], 3, 2)),
    "NPZ": npz_bytes(arr_0=METRES),
    "NPZ beside others": npz_bytes(intrinsics=np.eye(3), depth=METRES, rgb=PHOTO),
    "NPZ whose only picture it is": npz_bytes(pose=np.arange(6.0), x=METRES, rgb=PHOTO),
    "little-endian PFM": pfm_bytes(METRES, -1.0),
    "big-endian PFM": pfm_bytes(METRES, 1.0),
    "colour PFM of equal channels": pfm_bytes(np.repeat(METRES[..., None], 3, 2)),
    "float TIFF": image_bytes(METRES, "TIFF"),
    "packed float TIFF": image_bytes(METRES, "TIFF", compression="tiff_lzw"),
}
