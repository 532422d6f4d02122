"""Where things stand: a floor plan that refuses what would overlap."""

import math
from collections.abc import Sequence

from numpy.random import Generator

from fusionviz.data.rooms.materials import Style, between, count
from fusionviz.data.rooms.parts import Part, Piece, Top, Vector, move, move_point

Span = tuple[float, float, float, float]
TRIES = 24
GAP_M = 0.04


def overlaps(a: Span, b: Span, gap: float = 0.0) -> bool:
    """Return whether two rectangles (low, high, low, high) come within a gap."""
    return (
        a[0] < b[1] + gap
        and b[0] < a[1] + gap
        and a[2] < b[3] + gap
        and b[2] < a[3] + gap
    )


class Plan:
    """A room that is being furnished.

    Walls are numbered as the faces of `parts.Room`: x = 0, x = width, y = 0, y = depth.
    `taken` holds the floor areas that are occupied, with their heights; `on_wall` the
    rectangles of each wall (along, along, z, z) that are covered.
    """

    def __init__(self, rng: Generator, style: Style, extent: Vector) -> None:
        """Begin with an empty room of the given width, depth and height."""
        self.rng = rng
        self.style = style
        self.extent = extent
        self.groups: list[list[Part]] = []
        self.taken: list[tuple[Span, float]] = []
        self.kept_free: list[tuple[Span, float]] = []
        self.on_wall: list[list[Span]] = [[], [], [], []]
        self.tops: list[Top] = []
        self.lamps: list[Vector] = []

    def wall_length(self, wall: int) -> float:
        """Return the length of a wall."""
        return self.extent[1] if wall < 2 else self.extent[0]

    def wall_place(self, wall: int, along: float, away: float) -> tuple[Vector, float]:
        """Return the point in front of a wall, and the yaw of a piece backed by it."""
        wide, deep, _ = self.extent
        if wall == 0:
            return (away, along, 0.0), math.pi / 2
        if wall == 1:
            return (wide - away, along, 0.0), -math.pi / 2
        if wall == 2:
            return (along, away, 0.0), math.pi
        return (along, deep - away, 0.0), 0.0

    def keep_free(
        self, wall: int, start: float, end: float, away: float, above: float = 0.0
    ) -> None:
        """Keep what is before a stretch of wall free, from a height up."""
        (x0, y0, _), _ = self.wall_place(wall, start, 0.0)
        (x1, y1, _), _ = self.wall_place(wall, end, away)
        span = (min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1))
        self.kept_free.append((span, above))

    def add(self, parts: Sequence[Part], at: Vector, yaw: float) -> None:
        """Put parts into the room as one group."""
        self.groups.append(move(parts, at, yaw))

    def put(self, piece: Piece, at: Vector, yaw: float) -> None:
        """Put a piece into the room, without asking whether there is room."""
        self.add(piece.parts, at, yaw)
        self.taken.append((footprint(piece, at, yaw), at[2] + piece.size[2]))
        self.lamps += [move_point(lamp, at, yaw) for lamp in piece.lamps]

    def fits(
        self, area: Span, high: float, gap: float = GAP_M, under: Span | None = None
    ) -> bool:
        """Return whether there is room for a thing of a height, `under` aside."""
        wide, deep, _ = self.extent
        inside = area[0] > 0.0 and area[1] < wide and area[2] > 0.0 and area[3] < deep
        return inside and not any(
            overlaps(area, other, gap)
            for other in [
                *(taken for taken, _ in self.taken if taken != under),
                *(kept for kept, above in self.kept_free if high > above),
            ]
        )

    def wall_is_free(self, wall: int, span: Span, gap: float = 0.05) -> bool:
        """Return whether nothing covers a rectangle of a wall."""
        return not any(overlaps(span, other, gap) for other in self.on_wall[wall])

    def try_at_wall(
        self, piece: Piece, wall: int, along: float
    ) -> tuple[Vector, float] | None:
        """Put a piece with its back to a wall; return its place, None if refused."""
        wide, deep, high = piece.size
        half = wide / 2
        if not half + 0.03 < along < self.wall_length(wall) - half - 0.03:
            return None
        at, yaw = self.wall_place(wall, along, deep / 2 + 0.03)
        span = (along - half, along + half, 0.0, high)
        if not self.fits(footprint(piece, at, yaw), high):
            return None
        if not self.wall_is_free(wall, span):
            return None
        self.put(piece, at, yaw)
        self.on_wall[wall].append(span)
        return at, yaw

    def against_wall(
        self, piece: Piece, walls: Sequence[int] = (0, 1, 2, 3)
    ) -> tuple[int, float] | None:
        """Put a piece somewhere along the walls; return wall and place along it."""
        for _ in range(TRIES):
            wall = walls[count(self.rng, 0, len(walls) - 1)]
            half = piece.size[0] / 2 + 0.05
            along = between(self.rng, half, self.wall_length(wall) - half)
            if self.try_at_wall(piece, wall, along):
                return wall, along
        return None

    def in_the_open(
        self, piece: Piece, area: Span, yaw: float, spread: float
    ) -> tuple[Vector, float] | None:
        """Put a piece within an area, turned by `yaw` give or take `spread`."""
        for _ in range(TRIES):
            x, y = between(self.rng, *area[:2]), between(self.rng, *area[2:])
            turn = yaw + between(self.rng, -spread, spread)
            if self.fits(footprint(piece, (x, y, 0.0), turn), piece.size[2]):
                self.put(piece, (x, y, 0.0), turn)
                return (x, y, 0.0), turn
        return None


def footprint(piece: Piece, at: Vector, yaw: float) -> Span:
    """Return the upright rectangle that holds a turned piece's footprint."""
    cos, sin = abs(math.cos(yaw)), abs(math.sin(yaw))
    half_x = 0.5 * (cos * piece.size[0] + sin * piece.size[1])
    half_y = 0.5 * (sin * piece.size[0] + cos * piece.size[1])
    return at[0] - half_x, at[0] + half_x, at[1] - half_y, at[1] + half_y
