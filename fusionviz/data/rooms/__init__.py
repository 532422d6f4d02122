"""Procedural indoor scenes with depth, labels, normals and shading."""

from fusionviz.data.rooms.classes import CLASS_NAMES
from fusionviz.data.rooms.rendering import RoomSample, render_room
from fusionviz.data.rooms.view import Intrinsics

RENDERER_VERSION = 1
"""Grows whenever a seed's picture changes, so that caches are not mixed."""

GALLERY_SEEDS = (0, 1, 2, 3, 4, 5)
"""Seeds of the gallery of samples."""

__all__ = [
    "CLASS_NAMES",
    "GALLERY_SEEDS",
    "RENDERER_VERSION",
    "Intrinsics",
    "RoomSample",
    "render_room",
]
