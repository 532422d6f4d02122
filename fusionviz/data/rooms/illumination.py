"""What lights a room: sky and sun through windows, and lamps."""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from fusionviz.data.rooms.devices import LAMP_COLOUR, ceiling_lamp
from fusionviz.data.rooms.lighting import LAMP, Lights
from fusionviz.data.rooms.materials import (
    between,
    chance,
)
from fusionviz.data.rooms.parts import Vector
from fusionviz.data.rooms.plan import Plan


class Opening(NamedTuple):
    """A window's pane: its middle, half sides, and the direction into the room."""

    centre: Vector
    half_u: Vector
    half_v: Vector
    inward: Vector


def light_room(plan: Plan, panes: list[Opening], daylight: bool) -> Lights:
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
