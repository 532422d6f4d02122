"""Many rooms as a data set: written as image files, or cached for training."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import CLASS_NAMES, RENDERER_VERSION, render_room
from fusionviz.data.sets.room_cache import (
    MM_PER_M,
    Rooms,
    depth_to_mm,
    in_parallel,
    load_rooms,
)
from fusionviz.errors import InputError
from fusionviz.whole_files import replace_file

__all__ = ["ExportedRooms", "Rooms", "export_rooms", "load_rooms"]

INDEX_NAME = "rooms.json"


def export_rooms(
    folder: Path | str, seeds: Sequence[int], *, size: tuple[int, int] = (128, 128)
) -> None:
    """Write rooms as images that any tool reads, and an index.

    `rgb/SEED.png` (8-bit), `depth/SEED.png` (16-bit, millimetres), `label/SEED.png`
    (8-bit, index into the index's `class_names`), `rooms.json`.

    Args:
        folder: Where to; made if it is not there.
        seeds: One a room.
        size: Height and width in pixels.

    Raises:
        InputError: If an image cannot be written.
    """
    target = Path(folder)
    for name in ("rgb", "depth", "label"):
        (target / name).mkdir(parents=True, exist_ok=True)

    def export(seed: int) -> dict[str, object]:
        room = render_room(seed, size)
        name = f"{seed:06d}"
        images = {
            "rgb": np.asarray(room.rgb)[..., ::-1],
            "depth": depth_to_mm(room),
            "label": np.asarray(room.label).astype(np.uint8),
        }
        for kind, image in images.items():
            _write_png(target / kind / f"{name}.png", image)
        return {"name": name, "seed": seed, "intrinsics": room.intrinsics._asdict()}

    index = {
        "renderer_version": RENDERER_VERSION,
        "size": list(size),
        "depth_unit_m": 1.0 / MM_PER_M,
        "class_names": list(CLASS_NAMES),
        "rooms": in_parallel(export, seeds),
    }
    replace_file(target / INDEX_NAME, json.dumps(index, indent=1))


class ExportedRooms(Sequence[RGBDSample]):
    """Rooms that `export_rooms` wrote, read when they are asked for.

    Args:
        folder: What `export_rooms` was given.

    Raises:
        InputError: There is no readable index in the folder.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        try:
            text = (self.folder / INDEX_NAME).read_text(encoding="utf-8")
            self.names = [room["name"] for room in json.loads(text)["rooms"]]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{folder} holds no exported rooms: {error}") from error

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> RGBDSample: ...
    @overload
    def __getitem__(self, index: slice) -> list[RGBDSample]: ...

    def __getitem__(self, index: int | slice) -> RGBDSample | list[RGBDSample]:
        """Return one room, or a list of them for a slice."""
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        name = f"{self.names[index]}.png"
        return RGBDSample(
            rgb=np.ascontiguousarray(_read_png(self.folder / "rgb" / name)[..., ::-1]),
            depth_m=(_read_png(self.folder / "depth" / name) / MM_PER_M).astype("f4"),
            label=_read_png(self.folder / "label" / name).astype(np.int64),
        )


def _write_png(path: Path, image: NDArray[np.integer]) -> None:
    done, data = cv2.imencode(".png", image)
    if not done:
        raise InputError(f"{path} cannot be written: encoding failed")
    try:
        replace_file(path, data.tobytes())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}") from error


def _read_png(path: Path) -> NDArray[Any]:
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if image is None:
        raise InputError(f"{path} is not an image")
    return image
