"""Furniture that belongs together: what is on a table, before a desk, on a wall."""

import math

from fusionviz.data.rooms import devices, seating, storage, tables, things
from fusionviz.data.rooms.materials import between, chance, count, pick
from fusionviz.data.rooms.parts import Piece, Vector, move, move_point
from fusionviz.data.rooms.plan import Plan, footprint


def dress(plan: Plan, piece: Piece, items: int, limit: float = 0.4) -> Piece:
    """Return a piece with small things standing on its tops."""
    rng = plan.rng
    for top in piece.tops:
        piece.size = (*piece.size[:2], max(piece.size[2], top.z + limit))
        places = max(1, min(items, int(2.0 * top.half_width / 0.38)))
        for i in range(places):
            middle = (2.0 * (i + between(rng, 0.4, 0.6))) / places - 1.0
            x = top.x + top.half_width * middle
            y = top.y + top.half_depth * between(rng, -0.6, 0.6)
            if chance(rng, 0.4):
                piece.parts += things.book_stack(rng, (x, y, top.z))
            else:
                piece.parts += things.small_thing(rng, plan.style, (x, y, top.z), limit)
    return piece


def light(plan: Plan, piece: Piece, x: float = 0.0) -> Piece:
    """Return a piece with a table lamp on its first top."""
    lamp = devices.table_lamp(plan.rng, plan.style)
    top = piece.tops[0]
    shift = (top.x + x, top.y, top.z)
    piece.parts += move(lamp.parts, shift)
    piece.lamps += [move_point(point, shift) for point in lamp.lamps]
    return piece


def with_television(plan: Plan, piece: Piece) -> Piece:
    """Return a cabinet with a television on it."""
    top = piece.tops[0]
    wide = min(between(plan.rng, 1.05, 1.5), 2 * top.half_width)
    screen = devices.standing_television(plan.rng, wide, top.z)
    piece.parts += move(screen, (top.x, top.y, 0.0))
    piece.size = (*piece.size[:2], top.z + 0.1 + 0.57 * wide)
    return piece


def hang_television(plan: Plan) -> bool:
    """Hang a television on a wall."""
    rng = plan.rng
    for _ in range(12):
        wall, wide = count(rng, 0, 3), between(rng, 1.0, 1.5)
        along = between(rng, wide, plan.wall_length(wall) - wide)
        z = between(rng, 1.05, 1.3)
        span = (along - wide / 2, along + wide / 2, z, z + 0.57 * wide)
        if plan.wall_is_free(wall, span):
            at, yaw = plan.wall_place(wall, along, 0.04)
            plan.add(devices.television(rng, wide, z), at, yaw)
            plan.on_wall[wall].append(span)
            return True
    return False


def add_rug(plan: Plan, at: Vector, yaw: float, wide: float, deep: float) -> None:
    """Lay a rug, cut where it would leave the room."""
    margin = 0.1
    reach = min(
        at[0], plan.extent[0] - at[0], at[1], plan.extent[1] - at[1], max(wide, deep)
    )
    room = 2.0 * (reach - margin)
    if room > 0.8:
        parts = things.rug(plan.rng, min(wide, room), min(deep, room))
        plan.add(parts, (at[0], at[1], 0.0), yaw)


def in_front(at: Vector, yaw: float, away: float, aside: float = 0.0) -> Vector:
    """Return the point that is `away` in front of a piece and `aside` to its right."""
    return move_point((aside, -away, 0.0), at, yaw)


def shelves(plan: Plan, most: int) -> None:
    """Put up to `most` bookshelves against walls."""
    for _ in range(count(plan.rng, 1, most)):
        shelf = storage.bookshelf(plan.rng, plan.style)
        if shelf.size[2] < 1.5:
            dress(plan, shelf, 1)
        plan.against_wall(shelf)


def desk_with_chair(plan: Plan) -> None:
    """Put a desk against a wall, with a screen or books, and a chair before it."""
    rng, style = plan.rng, plan.style
    desk = tables.desk(rng, style)
    top = desk.tops[0]
    if chance(rng, 0.75):
        wide = between(rng, 0.55, 0.7)
        screen = devices.standing_television(rng, wide, top.z)
        desk.parts += move(screen, (0.0, 0.12, 0.0))
        desk.parts += devices.keyboard_and_mug(rng, top.z)
        reach = top.half_width - 0.06
        if reach - 0.19 > wide / 2:
            at = (pick(rng, (-1.0, 1.0)) * reach, 0.1, top.z)
            desk.parts += things.book_stack(rng, at)
        desk.size = (*desk.size[:2], top.z + 0.55)
    else:
        light(plan, dress(plan, desk, 1), 0.8 * top.half_width)
    chair = _seat_at_desk(plan)
    found = plan.against_wall(desk)
    if found:
        wall, along = found
        at, yaw = plan.wall_place(wall, along, desk.size[1] / 2 + 0.03)
        spot = in_front(at, yaw, desk.size[1] / 2 + chair.size[1] / 2 + 0.05)
        turn = yaw + math.pi + between(rng, -0.5, 0.5)
        if plan.fits(footprint(chair, spot, turn), chair.size[2], 0.0):
            plan.put(chair, spot, turn)


def _seat_at_desk(plan: Plan) -> Piece:
    """Return an office chair, or a plain one."""
    if chance(plan.rng, 0.7):
        return seating.office_chair(plan.rng, plan.style)
    return seating.chair(plan.rng, seating.chair_maker(plan.rng, plan.style))


def seat_around(plan: Plan, table: Piece, at: Vector, yaw: float) -> None:
    """Put chairs at the sides of a table, partly under it, some pulled out."""
    rng = plan.rng
    maker = seating.chair_maker(rng, plan.style)
    wide, deep, _ = table.size
    sides = [
        (0.0, 1, wide),
        (math.pi, 1, wide),
        (0.5 * math.pi, 0, deep),
        (-0.5 * math.pi, 0, deep),
    ]
    for turn, along, length in sides:
        seats = max(1, int((length - 0.2) / 0.55)) if along else 1
        if not along and chance(rng, 0.4):
            continue
        away = (deep if along else wide) / 2
        for i in range(seats):
            chair = seating.chair(rng, maker)
            aside = (length - 0.2) * ((i + 0.5) / seats - 0.5)
            reach = away + chair.size[1] / 2 + between(rng, -0.12, 0.1)
            spot = move_point((aside, reach, 0.0), at, yaw + turn)
            area = footprint(chair, spot, yaw + turn)
            if plan.fits(area, chair.size[2], 0.0, under=footprint(table, at, yaw)):
                plan.put(chair, spot, yaw + turn + between(rng, -0.08, 0.08))


def extras(plan: Plan) -> None:
    """Add what any room may have: lamp, plants, basket, a television on the wall."""
    rng, style = plan.rng, plan.style
    if chance(rng, 0.5):
        plan.against_wall(devices.floor_lamp(rng, style))
    if chance(rng, 0.4):
        plan.against_wall(seating.armchair(rng, style))
    for _ in range(count(rng, 1, 2)):
        plan.against_wall(things.plant(rng, style))
    for _ in range(count(rng, 1, 2)):
        plan.against_wall(things.basket(rng, style))
    if chance(rng, 0.6):
        maker = seating.chair_maker(rng, style)
        for _ in range(2):
            plan.against_wall(seating.chair(rng, maker))
