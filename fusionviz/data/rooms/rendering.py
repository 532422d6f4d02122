"""A room from a seed, as a sample."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms.casting import cast
from fusionviz.data.rooms.edges import picture_edges, shape_edges
from fusionviz.data.rooms.lighting import Lights
from fusionviz.data.rooms.packing import Room
from fusionviz.data.rooms.scene import build_scene
from fusionviz.data.rooms.shading import add_gloss, light_pixels, shade
from fusionviz.data.rooms.surfaces import seen_places
from fusionviz.data.rooms.view import Intrinsics, View
from fusionviz.data.rooms.viewpoint import choose_view

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, kw_only=True, eq=False)
class RoomSample(RGBDSample):
    """A rendered room: an RGB-D pair with labels and what else the renderer knows.

    Attributes:
        normal: Unit normals in camera axes (x right, y down, z forward), float32
            (height, width, 3); z is negative, for surfaces face the camera.
        shade: Light without albedo, 1 - exp(-exposure * light), float32
            (height, width) in 0..1.
        edge: Occlusion and crease edges, float32 (height, width) in 0..1.
        texture: Edges of the picture, float32 (height, width) in 0..1.
        intrinsics: Focal lengths and principal point in pixels; pixel (column, row)
            at depth d is the point ((column - cx) d / fx, (row - cy) d / fy, d).
    """

    normal: NDArray[np.float32]
    shade: NDArray[np.float32]
    edge: NDArray[np.float32]
    texture: NDArray[np.float32]
    intrinsics: Intrinsics


ROOM_SIDE = 128
"""Pixels a side of a room that nobody wants larger."""


def side_for(size: int | Sequence[int] | None) -> int:
    """Return the pixels a side at which a room is rendered for who reads it.

    Args:
        size: Of the pictures that a model reads: a side, or height and width. None: it
            does not say.
    """
    height, width = (size, size) if isinstance(size, int) else (size or (0, 0))
    return max(ROOM_SIDE, height) if height == width else ROOM_SIDE


def render_room(
    seed: int, size: tuple[int, int] = (ROOM_SIDE, ROOM_SIDE)
) -> RoomSample:
    """Return the room of a seed, the same bytes on every run and thread.

    Args:
        seed: Any whole number from 0.
        size: Height and width in pixels, 16 or more each.

    Raises:
        ValueError: If the seed is negative or the size too small.
    """
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    if min(size) < 16:
        raise ValueError(f"size must be 16 or more each way, got {size}")
    rng = np.random.default_rng(seed)
    scene = build_scene(rng)
    view = choose_view(rng, scene, size)
    return photograph(scene.room, scene.lights, view, size, rng)


def photograph(
    room: Room, lights: Lights, view: View, size: tuple[int, int], rng: Generator
) -> RoomSample:
    """Return what a camera sees; `rng` draws exposure, white balance and noise."""
    depth, part = cast(room, view, *size)
    places = seen_places(room, view, depth, part)
    light = light_pixels(room, lights, places, size)
    colour = shade(room, lights, view, places, light, size)
    add_gloss(room, lights, view, places, colour)
    rgb, exposure = _develop(colour.reshape(*size, 3), rng)
    white = 1.0 - np.exp(-exposure * _luminance(light).reshape(size))
    depth_m = depth.astype(np.float32)
    normal = np.einsum("pk,ak->pa", places.normal, view.axes).reshape(*size, 3)
    normal = normal.astype(np.float32)
    return RoomSample(
        rgb=rgb,
        depth_m=depth_m,
        label=room.parts["label"][part],
        normal=normal,
        shade=white.astype(np.float32),
        edge=shape_edges(depth_m, normal),
        texture=picture_edges(rgb),
        intrinsics=view.intrinsics,
    )


def _luminance(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the luminance of linear RGB in the last axis.

    Not by `@`: the last bits of a BLAS product depend on the number of threads.
    """
    return np.einsum("...k,k->...", linear, LUMINANCE)


def _tone(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return display values in 0..1: a film-like shoulder, then gamma 2.2."""
    return (1.0 - np.exp(-linear)) ** (1.0 / 2.2)


def _develop(
    colour: NDArray[np.float64], rng: Generator
) -> tuple[NDArray[np.uint8], float]:
    """Return the 8-bit picture of linear colours, and the exposure that was chosen."""
    brightness = _luminance(colour)
    middle = float(np.exp(np.mean(np.log(brightness + 1e-3))))
    exposure = 0.32 / middle * float(np.exp(rng.uniform(-0.25, 0.25)))
    balance = 1.0 + rng.uniform(-0.04, 0.04, 3)
    picture = _tone(exposure * balance * colour)
    picture += rng.normal(0.0, rng.uniform(0.004, 0.012), picture.shape)
    return np.clip(255.0 * picture + 0.5, 0, 255).astype(np.uint8), exposure
