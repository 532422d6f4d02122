"""Rooms kept ready on disk, so that training need not render them again."""

import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.folders import cache_folder
from fusionviz.data.rooms import (
    RENDERER_VERSION,
    Intrinsics,
    RoomSample,
    render_room,
)

MM_PER_M = 1000.0
TOLD_FROM = 100
"""Rooms to render that are worth a line: they take seconds."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Rooms(Sequence[RoomSample]):
    """Rooms by seed, rendered when they are asked for, or read from the cache.

    Args:
        seeds: One a room.
        size: Height and width in pixels.
        cache: Folder that holds them, one file a room; None renders every time.
    """

    def __init__(
        self, seeds: Sequence[int], size: tuple[int, int], cache: Path | None
    ) -> None:
        self.seeds, self.size, self.cache = seeds, size, cache

    def __len__(self) -> int:
        return len(self.seeds)

    @overload
    def __getitem__(self, index: int) -> RoomSample: ...
    @overload
    def __getitem__(self, index: slice) -> "Rooms": ...

    def __getitem__(self, index: int | slice) -> "RoomSample | Rooms":
        """Return one room, or the rooms of a slice."""
        if isinstance(index, slice):
            return Rooms(self.seeds[index], self.size, self.cache)
        if self.cache is None:
            return render_room(self.seeds[index], self.size)
        seed = self.seeds[index]
        if not _room_file(self.cache, seed).exists():
            _store_room(self.cache, seed, self.size)
        return _read_room(_room_file(self.cache, seed))


def load_rooms(
    seeds: Sequence[int], size: tuple[int, int] = (128, 128), *, cache: bool = True
) -> Rooms:
    """Return rooms by seed, from the cache, filled first where rooms are missing.

    A cached room takes 12 bytes a pixel (0.2 MB at 128x128). Its depth is rounded to
    millimetres, its normals, shading and edges to 8 bits. The cache is in the folder
    that the environment variable FUSIONVIZ_CACHE names, else where the platform keeps
    caches; it may be deleted at any time.

    Args:
        seeds: One a room. By convention those below 10000 are for validation and test.
        size: Height and width in pixels.
        cache: False renders a room whenever it is asked for, without rounding.
    """
    if not cache:
        return Rooms(seeds, size, None)
    height, width = size
    folder = cache_folder() / f"rooms-v{RENDERER_VERSION}" / f"{height}x{width}"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in seeds if not _room_file(folder, seed).exists()]
    if len(missing) >= TOLD_FROM:
        _log.info(
            "rendering %d rooms of %d x %d pixels, once: they are kept in %s",
            *(len(missing), height, width, folder),
        )
    in_parallel(lambda seed: _store_room(folder, seed, size), missing)
    return Rooms(seeds, size, folder)


def in_parallel(task: Callable[[int], T], seeds: Sequence[int]) -> list[T]:
    """Return what a task gives for each seed, in order, worked on by all cores.

    By threads: the compiled kernels, most of a render, run without Python's lock. What
    interrupts it, such as Ctrl-C, waits for the tasks at hand alone.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            return list(pool.map(task, seeds))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def depth_to_mm(room: RoomSample) -> NDArray[np.uint16]:
    """Return depth in whole millimetres."""
    millimetres = np.rint(np.asarray(room.depth_m, np.float64) * MM_PER_M)
    return millimetres.astype(np.uint16)


def _room_file(folder: Path, seed: int) -> Path:
    return folder / f"{seed:06d}.npz"


def _store_room(folder: Path, seed: int, size: tuple[int, int]) -> None:
    """Render a room into its file, which is there in full or not at all."""
    room = render_room(seed, size)
    arrays = {
        "rgb": np.asarray(room.rgb),
        "depth_mm": depth_to_mm(room),
        "label": np.asarray(room.label).astype(np.uint8),
        "normal": np.rint(127.0 * room.normal).astype(np.int8),
        "light": np.rint(
            255.0 * np.stack([room.shade, room.edge, room.texture])
        ).astype(np.uint8),
        "intrinsics": np.array(room.intrinsics),
    }
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(name, _room_file(folder, seed))
    except BaseException:
        os.unlink(name)
        raise


def _read_room(path: Path) -> RoomSample:
    with np.load(path) as file:
        arrays = dict(file)
    normal = arrays["normal"].astype(np.float32)
    shade, edge, texture = arrays["light"].astype(np.float32) / 255.0
    return RoomSample(
        rgb=arrays["rgb"],
        depth_m=(arrays["depth_mm"] / MM_PER_M).astype(np.float32),
        label=arrays["label"].astype(np.int64),
        normal=normal / np.linalg.norm(normal, axis=-1, keepdims=True),
        shade=shade,
        edge=edge,
        texture=texture,
        intrinsics=Intrinsics(*map(float, arrays["intrinsics"])),
    )
