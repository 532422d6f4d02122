"""A room from a seed: shell, openings, furniture, lights and a camera."""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from fusionviz.data.rooms import openings
from fusionviz.data.rooms.casting import cast
from fusionviz.data.rooms.lighting import LAMP, Lights
from fusionviz.data.rooms.materials import (
    WHITE,
    Style,
    between,
    ceiling_material,
    chance,
    count,
    floor_material,
    random_style,
    wall_material,
)
from fusionviz.data.rooms.parts import Colour, Room, Vector, pack
from fusionviz.data.rooms.plan import Plan
from fusionviz.data.rooms.recipes import furnish
from fusionviz.data.rooms.things import LAMP_COLOUR, ceiling_lamp
from fusionviz.data.rooms.view import View, look_at


class Opening(NamedTuple):
    """A window's pane: its middle, half sides, and the direction into the room."""

    centre: Vector
    half_u: Vector
    half_v: Vector
    inward: Vector


class Scene(NamedTuple):
    """All that a picture of a room takes, save the camera."""

    room: Room
    lights: Lights
    floor_taken: tuple[tuple[tuple[float, float, float, float], float], ...]


def build_scene(rng: Generator) -> Scene:
    """Return a random furnished and lit room."""
    extent = (between(rng, 3.1, 4.9), between(rng, 3.3, 5.2), between(rng, 2.4, 2.85))
    style = random_style(rng)
    plan = Plan(rng, style, extent)
    daylight = chance(rng, 0.75)
    door_wall = count(rng, 0, 3)
    _add_door(plan, door_wall)
    panes = _add_windows(plan, daylight)
    furnish(plan)
    _add_pictures(plan)
    _add_skirting(plan)
    walls = wall_material(rng)
    accent = wall_material(rng) if chance(rng, 0.3) else walls
    odd = count(rng, 0, 3)
    faces = [accent if wall == odd else walls for wall in range(4)]
    faces += [floor_material(rng), ceiling_material(rng)]
    lights = _light(plan, panes, daylight)
    return Scene(pack(extent, faces, plan.groups), lights, tuple(plan.taken))


def _add_door(plan: Plan, wall: int) -> None:
    """Put a door near one end of a wall, and keep the floor before it free."""
    rng = plan.rng
    length = plan.wall_length(wall)
    along = (
        between(rng, 0.65, 1.0)
        if chance(rng, 0.5)
        else length - between(rng, 0.65, 1.0)
    )
    at, yaw = plan.wall_place(wall, along, 0.0)
    plan.add(openings.door(rng, plan.style), at, yaw)
    plan.on_wall[wall].append((along - 0.55, along + 0.55, 0.0, 2.2))
    plan.keep_free(wall, along - 0.5, along + 0.5, 0.8)


def _add_windows(plan: Plan, daylight: bool) -> list[Opening]:
    """Put one or two windows into walls, most of them with curtains."""
    rng, panes = plan.rng, []
    high = min(plan.extent[2] - 0.3, between(rng, 2.05, 2.3))
    low = between(rng, 0.75, 1.0) if chance(rng, 0.8) else between(rng, 0.3, 0.5)
    glow = between(rng, 1.3, 2.2) if daylight else between(rng, 0.06, 0.15)
    for wall in rng.permutation(4)[: count(rng, 1, 2)]:
        wall = int(wall)
        wide = between(rng, 0.9, 1.8)
        half = wide / 2 + 0.5
        along = between(rng, half, plan.wall_length(wall) - half)
        end = 0.04 if chance(rng, 0.5) else max(low - 0.15, 0.04)
        span = (along - half, along + half, end - 0.05, high + 0.2)
        if not plan.wall_is_free(wall, span):
            continue
        at, yaw = plan.wall_place(wall, along, 0.0)
        parts = openings.window(rng, plan.style, wide, low, high, glow)
        if chance(rng, 0.7):
            parts += openings.curtains(rng, plan.style, wide, low, high, end)
        plan.add(parts, at, yaw)
        plan.on_wall[wall].append(span)
        plan.keep_free(wall, span[0], span[1], 0.18 if end < 0.1 else 0.05)
        panes.append(_pane(at, yaw, wide, low, high))
    return panes


def _pane(at: Vector, yaw: float, wide: float, low: float, high: float) -> Opening:
    """Return the pane of a window whose foot is `at`."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    inward = (sin, -cos, 0.0)
    centre = (at[0] + 0.02 * inward[0], at[1] + 0.02 * inward[1], (low + high) / 2)
    half_u = (0.5 * wide * cos, 0.5 * wide * sin, 0.0)
    return Opening(centre, half_u, (0.0, 0.0, (high - low) / 2), inward)


def _add_pictures(plan: Plan) -> None:
    """Hang pictures, alone or in rows, and a clock at times, where walls are free."""
    rng = plan.rng
    for wall in range(4):
        for _ in range(count(rng, 1, 3)):
            wide, high = between(rng, 0.35, 1.0), between(rng, 0.35, 0.8)
            z = between(rng, 1.45, 1.7)
            row = count(rng, 1, 3) if wide < 0.55 else 1
            total = row * (wide + 0.12)
            if total > plan.wall_length(wall) - 0.3:
                continue
            for _ in range(6):
                along = between(rng, total / 2, plan.wall_length(wall) - total / 2)
                span = (
                    along - total / 2,
                    along + total / 2,
                    z - high / 2,
                    z + high / 2,
                )
                if plan.wall_is_free(wall, span):
                    break
            else:
                continue
            plan.on_wall[wall].append(span)
            for i in range(row):
                x = along + (i - (row - 1) / 2) * (wide + 0.12)
                at, yaw = plan.wall_place(wall, x, 0.0)
                if row == 1 and wide < 0.45 and chance(rng, 0.5):
                    plan.add(openings.wall_clock(rng, z), at, yaw)
                else:
                    parts = openings.picture(rng, plan.style, wide, high, z)
                    plan.add(parts, at, yaw)


def _add_skirting(plan: Plan) -> None:
    """Put boards along the feet of the walls, where no door is."""
    high = between(plan.rng, 0.06, 0.14)
    colour: Colour = WHITE if chance(plan.rng, 0.7) else plan.style.wood
    for wall in range(4):
        length = plan.wall_length(wall)
        doors = [span for span in plan.on_wall[wall] if span[3] == 2.2 and span[2] == 0]
        cuts = [0.0, *(cut for door in doors for cut in door[:2]), length]
        for start, end in zip(cuts[::2], cuts[1::2], strict=True):
            if end - start > 0.05:
                at, yaw = plan.wall_place(wall, (start + end) / 2, 0.0)
                plan.add(openings.skirting(end - start, colour, high), at, yaw)


def _light(plan: Plan, panes: list[Opening], daylight: bool) -> Lights:
    """Return the lights: sky and sun through windows, one ceiling lamp, table lamps."""
    rng = plan.rng
    rows: list[tuple[bool, Vector, Vector, Vector, Vector, Vector]] = []
    zero = (0.0, 0.0, 0.0)
    if daylight and panes:
        sky = between(rng, 2.0, 4.0)
        for pane in panes:
            area = 4.0 * math.hypot(*pane.half_u) * pane.half_v[2]
            colour = (0.92 * sky * area, 0.98 * sky * area, 1.08 * sky * area)
            rows.append(
                (False, pane.centre, pane.half_u, pane.half_v, pane.inward, colour)
            )
        if chance(rng, 0.55):
            rows.append(_sun(rng, panes[0]))
    wide, deep, high = plan.extent
    if not rows or chance(rng, 0.3):
        lamp = ceiling_lamp(rng, plan.style, high)
        at = (wide * between(rng, 0.4, 0.6), deep * between(rng, 0.4, 0.6), 0.0)
        plan.add(lamp.parts, at, 0.0)
        power = between(rng, 1.5, 3.0) * (0.7 if daylight else 1.2)
        colour = (power, 0.92 * power, 0.78 * power)
        centre = (at[0], at[1], lamp.lamps[0][2])
        rows.append((False, centre, (0.15, 0.0, 0.0), (0.0, 0.15, 0.0), zero, colour))
    for point in plan.lamps[: 1 if len(rows) < 3 else 0]:
        power = between(rng, 0.25, 0.6)
        colour = (
            power * LAMP_COLOUR[0],
            power * LAMP_COLOUR[1],
            power * LAMP_COLOUR[2],
        )
        rows.append((False, point, (0.06, 0.0, 0.0), (0.0, 0.0, 0.06), zero, colour))
    strength = between(rng, 0.15, 0.3)
    tint = (0.95, 1.0, 1.06) if daylight else (1.0, 0.93, 0.82)
    return Lights(
        np.array(rows, dtype=LAMP),
        ambient=np.array([strength * part for part in tint]),
        bounce=np.array([0.75 * strength, 0.68 * strength, 0.6 * strength]),
    )


def _sun(
    rng: Generator, pane: Opening
) -> tuple[bool, Vector, Vector, Vector, Vector, Vector]:
    """Return the sun as a light that shines through a window."""
    height = between(rng, 0.35, 0.95)
    aside = between(rng, -0.9, 0.9)
    out = (-pane.inward[0], -pane.inward[1])
    x = math.cos(aside) * out[0] - math.sin(aside) * out[1]
    y = math.sin(aside) * out[0] + math.cos(aside) * out[1]
    towards = (math.cos(height) * x, math.cos(height) * y, math.sin(height))
    power = between(rng, 2.0, 3.5)
    colour = (power, 0.9 * power, 0.72 * power)
    return True, pane.centre, pane.half_u, pane.half_v, towards, colour


def choose_view(rng: Generator, scene: Scene, size: tuple[int, int]) -> View:
    """Return the best of a few random views: the one that shows the most things."""
    best, most = None, -math.inf
    small = 24
    for _ in range(16):
        position, target, angle, roll = _random_pose(rng, scene)
        if any(
            x0 - 0.2 < position[0] < x1 + 0.2
            and y0 - 0.2 < position[1] < y1 + 0.2
            and top > position[2] - 0.45
            for (x0, x1, y0, y1), top in scene.floor_taken
        ):
            continue
        view = look_at(position, target, angle, (small, small), roll)
        score = _interest(scene, view, small)
        if score > most:
            best, most = (position, target, angle, roll), score
    if best is None:
        best = _random_pose(rng, scene)
    position, target, angle, roll = best
    return look_at(position, target, angle, size, roll)


def _random_pose(rng: Generator, scene: Scene) -> tuple[Vector, Vector, float, float]:
    """Return position, target, field of view and roll of a hand-held camera."""
    wide, deep, _ = (float(side) for side in scene.room.extent)
    side = count(rng, 0, 3)
    edge, along = between(rng, 0.15, 0.9), rng.random()
    near = (edge, wide - edge)[side % 2], 0.3 + (deep - 0.6) * along
    if side > 1:
        near = 0.3 + (wide - 0.6) * along, (edge, deep - edge)[side % 2]
    position = (near[0], near[1], between(rng, 1.2, 1.75))
    target = (
        wide * between(rng, 0.25, 0.75) * 0.6 + 0.4 * (wide - near[0]),
        deep * between(rng, 0.25, 0.75) * 0.6 + 0.4 * (deep - near[1]),
        between(rng, 0.3, 1.0),
    )
    angle, roll = math.radians(between(rng, 58, 80)), between(rng, -0.03, 0.03)
    return position, target, angle, roll


def _interest(scene: Scene, view: View, small: int) -> float:
    """Return how much a view shows: classes and parts, and nothing too near."""
    depth, seen_part = cast(scene.room, view, small, small)
    share = (
        np.bincount(scene.room.parts["label"][seen_part].ravel(), minlength=13)
        / seen_part.size
    )
    seen = np.sqrt(np.minimum(share, 0.1)).sum() + 0.004 * np.unique(seen_part).size
    rare = np.sqrt(np.minimum(share[[1, 7, 10, 6, 12]], 0.06)).sum()
    near = np.mean(depth < 0.9)
    flat = max(0.0, share[11] + share[4] + share[2] - 0.5)
    large = np.bincount(seen_part.ravel())[6:].max(initial=0) / seen_part.size
    crowd = max(0.0, float(large) - 0.15)
    return float(seen + rare - 6.0 * near - 2.0 * flat - 2.0 * crowd)


__all__ = ["Opening", "Scene", "Style", "build_scene", "choose_view"]
