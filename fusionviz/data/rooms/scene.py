"""A room from a seed: shell, openings, furniture and lights."""

import math
from typing import NamedTuple

from numpy.random import Generator

from fusionviz.data.rooms import openings
from fusionviz.data.rooms.illumination import Opening, light_room
from fusionviz.data.rooms.lighting import Lights
from fusionviz.data.rooms.materials import (
    WHITE,
    between,
    ceiling_material,
    chance,
    count,
    floor_material,
    random_style,
    wall_material,
)
from fusionviz.data.rooms.packing import Room, pack
from fusionviz.data.rooms.parts import Colour, Vector
from fusionviz.data.rooms.plan import Plan
from fusionviz.data.rooms.recipes import furnish


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
    lights = light_room(plan, panes, daylight)
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
    rng = plan.rng
    panes: list[Opening] = []
    high = min(plan.extent[2] - 0.3, between(rng, 2.05, 2.3))
    low = between(rng, 0.75, 1.0) if chance(rng, 0.8) else between(rng, 0.3, 0.5)
    glow = between(rng, 1.3, 2.2) if daylight else between(rng, 0.06, 0.15)
    wanted = count(rng, 1, 2)
    for wall in map(int, rng.permutation(4)):
        if len(panes) == wanted:
            break
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
        plan.keep_free(wall, span[0], span[1], 0.18, above=span[2])
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
