"""Procedural indoor scenes with depth, labels, normals and shading.

From seed to sample: `scene` builds a `plan` (`recipes`, `groups` and the furniture in
`seating`, `tables`, `beds`, `storage`, `things`, `devices`, `openings`), `packing`
makes arrays of it, `viewpoint` places the camera, `casting` finds what each pixel sees,
`lighting` and `surfaces` light and colour it, `shading` and `rendering` put the picture
together.
"""

from pathlib import Path

from fusionviz.data.rooms.kernel_cache import drop_stale_kernels

drop_stale_kernels(Path(__file__).parent)

from fusionviz.data.rooms.classes import CLASS_NAMES  # noqa: E402
from fusionviz.data.rooms.rendering import (  # noqa: E402
    ROOM_SIDE,
    RoomSample,
    render_room,
    side_for,
)
from fusionviz.data.rooms.view import Intrinsics  # noqa: E402

RENDERER_VERSION = 1
"""Grows whenever a seed's picture changes, so that caches are not mixed."""

GALLERY_SEEDS = (45, 11, 23, 39, 32, 26)
"""Seeds of six rooms that show what there is."""

__all__ = [
    "CLASS_NAMES",
    "GALLERY_SEEDS",
    "RENDERER_VERSION",
    "ROOM_SIDE",
    "Intrinsics",
    "RoomSample",
    "render_room",
    "side_for",
]
