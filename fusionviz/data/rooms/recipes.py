"""Living rooms, bedrooms, studies and dining rooms: what stands where."""

import math

from numpy.random import Generator

from fusionviz.data.rooms import beds, seating, storage, tables, things
from fusionviz.data.rooms.materials import Style, between, chance, count, pick
from fusionviz.data.rooms.parts import Part, Piece, Vector, move, move_point
from fusionviz.data.rooms.plan import Plan, footprint


def dress(plan: Plan, piece: Piece, items: int, limit: float = 0.4) -> Piece:
    """Return a piece with small things standing on its tops."""
    rng = plan.rng
    for top in piece.tops:
        for i in range(items):
            x = top.x + top.half_width * (2.0 * (i + rng.random()) / items - 1.0)
            y = top.y + top.half_depth * between(rng, -0.6, 0.6)
            if chance(rng, 0.4):
                piece.parts += things.book_stack(rng, (x, y, top.z))
            else:
                piece.parts += things.small_thing(rng, plan.style, (x, y, top.z), limit)
    return piece


def light(plan: Plan, piece: Piece, x: float = 0.0) -> Piece:
    """Return a piece with a table lamp on its first top."""
    lamp = things.table_lamp(plan.rng, plan.style)
    top = piece.tops[0]
    shift = (top.x + x, top.y, top.z)
    piece.parts += move(lamp.parts, shift)
    piece.lamps += [move_point(point, shift) for point in lamp.lamps]
    return piece


def with_television(plan: Plan, piece: Piece) -> Piece:
    """Return a cabinet with a television on it."""
    top = piece.tops[0]
    wide = min(between(plan.rng, 1.05, 1.5), 2 * top.half_width)
    screen = things.standing_television(plan.rng, wide, top.z)
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
            plan.add(things.television(rng, wide, z), at, yaw)
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


def living_room(plan: Plan) -> None:
    """Sofa, coffee table, television, shelves, armchair, lamp and plants."""
    rng, style = plan.rng, plan.style
    media = with_television(plan, storage.media_unit(rng, style))
    sofa = seating.sofa(rng, style)
    found = plan.against_wall(sofa)
    if found:
        wall, along = found
        at, yaw = plan.wall_place(wall, along, sofa.size[1] / 2 + 0.03)
        table = dress(plan, tables.coffee_table(rng, style), count(rng, 1, 2), 0.25)
        spot = in_front(at, yaw, sofa.size[1] / 2 + 0.35 + table.size[1] / 2)
        if plan.fits(footprint(table, spot, yaw)):
            plan.put(table, spot, yaw)
            if chance(rng, 0.65):
                add_rug(plan, spot, yaw, between(rng, 1.6, 2.4), between(rng, 1.2, 1.7))
        for side in (-1.0, 1.0):
            if chance(rng, 0.5):
                stand = light(plan, tables.side_table(rng, style))
                aside = side * (sofa.size[0] / 2 + stand.size[0] / 2 + 0.07)
                plan.try_at_wall(stand, wall, along + aside * _sense(wall))
        plan.against_wall(media, (wall ^ 1, wall ^ 1, 0, 1, 2, 3))
    wide, deep, _ = plan.extent
    middle = (0.8, wide - 0.8, 0.8, deep - 0.8)
    if chance(rng, 0.6):
        yaw = between(rng, -math.pi, math.pi)
        plan.in_the_open(seating.armchair(rng, style), middle, yaw, 0.5)
    shelves(plan, 2)
    if chance(rng, 0.4):
        plan.against_wall(dress(plan, storage.sideboard(rng, style), 3))
    if chance(rng, 0.3):
        maker = seating.chair_maker(rng, style)
        plan.against_wall(seating.chair(rng, maker))


def _sense(wall: int) -> float:
    """Return the sign that takes a piece's own right to growing places on a wall."""
    return 1.0 if wall in (0, 3) else -1.0


def bedroom(plan: Plan) -> None:
    """Bed, night stands with lamps, wardrobe, dresser, desk or shelves."""
    rng, style = plan.rng, plan.style
    bed = beds.bed(rng, style)
    found = plan.against_wall(bed)
    if found:
        wall, along = found
        at, yaw = plan.wall_place(wall, along, bed.size[1] / 2 + 0.03)
        for side in (-1.0, 1.0):
            if chance(rng, 0.75):
                stand = storage.night_stand(rng, style)
                stand = (
                    light(plan, stand) if chance(rng, 0.7) else dress(plan, stand, 1)
                )
                aside = side * (bed.size[0] + stand.size[0] + 0.12) / 2
                plan.try_at_wall(stand, wall, along + aside)
        if chance(rng, 0.5):
            spot = in_front(at, yaw, 0.5)
            add_rug(plan, spot, yaw, bed.size[0] + 1.2, between(rng, 1.4, 1.9))
        if chance(rng, 0.6):
            chest = with_television(plan, storage.dresser(rng, style))
            plan.against_wall(chest, (wall ^ 1, wall ^ 1, 0, 1, 2, 3))
        else:
            plan.against_wall(dress(plan, storage.dresser(rng, style), 2))
    if chance(rng, 0.6):
        plan.against_wall(storage.wardrobe(rng, style))
    if chance(rng, 0.45):
        desk_with_chair(plan)
    else:
        maker = seating.chair_maker(rng, style)
        plan.against_wall(seating.chair(rng, maker))
    if chance(rng, 0.6):
        shelves(plan, 1)
    if chance(rng, 0.3):
        plan.against_wall(seating.armchair(rng, style))


def desk_with_chair(plan: Plan) -> None:
    """Put a desk against a wall, with a screen or books, and a chair before it."""
    rng, style = plan.rng, plan.style
    desk = tables.desk(rng, style)
    top = desk.tops[0]
    if chance(rng, 0.75):
        wide = between(rng, 0.55, 0.8)
        screen = things.standing_television(rng, wide, top.z)
        desk.parts += move(screen, (0.0, 0.12, 0.0))
        desk.parts += things.keyboard_and_mug(rng, top.z)
        at = (pick(rng, (-1.0, 1.0)) * (top.half_width - 0.06), 0.1, top.z)
        desk.parts += things.book_stack(rng, at)
        desk.size = (*desk.size[:2], top.z + 0.55)
    else:
        light(plan, dress(plan, desk, 2), 0.3)
    chair = _seat_at_desk(plan)
    found = plan.against_wall(desk)
    if found:
        wall, along = found
        at, yaw = plan.wall_place(wall, along, desk.size[1] / 2 + 0.03)
        spot = in_front(at, yaw, desk.size[1] / 2 + chair.size[1] / 2 + 0.05)
        turn = yaw + math.pi + between(rng, -0.5, 0.5)
        if plan.fits(footprint(chair, spot, turn), 0.0):
            plan.put(chair, spot, turn)


def _seat_at_desk(plan: Plan) -> Piece:
    """Return an office chair, or a plain one."""
    if chance(plan.rng, 0.7):
        return seating.office_chair(plan.rng, plan.style)
    return seating.chair(plan.rng, seating.chair_maker(plan.rng, plan.style))


def study(plan: Plan) -> None:
    """Desk, shelves, cabinet, an armchair or a sofa."""
    rng, style = plan.rng, plan.style
    desk_with_chair(plan)
    if chance(rng, 0.3):
        desk_with_chair(plan)
    shelves(plan, 3)
    if chance(rng, 0.7):
        plan.against_wall(dress(plan, storage.sideboard(rng, style), 3))
    seat = (
        seating.sofa(rng, style) if chance(rng, 0.5) else seating.armchair(rng, style)
    )
    plan.against_wall(seat)
    if chance(rng, 0.4):
        table = dress(plan, tables.side_table(rng, style), 1)
        plan.against_wall(table)
    wide, deep, _ = plan.extent
    if chance(rng, 0.5):
        add_rug(plan, (wide / 2, deep / 2, 0.0), 0.0, 2.0, 1.5)


def dining_room(plan: Plan) -> None:
    """Table with chairs around it, sideboard or kitchen unit, shelves."""
    rng, style = plan.rng, plan.style
    if chance(rng, 0.55):
        plan.against_wall(dress(plan, storage.counter(rng, style), 3, 0.3))
    wide, deep, _ = plan.extent
    table = dress(plan, tables.dining_table(rng, style), 2, 0.35)
    yaw = pick(rng, (0.0, math.pi / 2)) + between(rng, -0.06, 0.06)
    middle = (wide * 0.35, wide * 0.65, deep * 0.35, deep * 0.65)
    found = plan.in_the_open(table, middle, yaw, 0.0)
    if found:
        at, _ = found
        if chance(rng, 0.4):
            add_rug(plan, at, yaw, table.size[0] + 1.3, table.size[1] + 1.3)
        _seat_around(plan, table, at, yaw)
    plan.against_wall(dress(plan, storage.sideboard(rng, style), 3))
    if chance(rng, 0.6):
        shelves(plan, 1)
    if chance(rng, 0.35):
        plan.against_wall(with_television(plan, storage.media_unit(rng, style)))


def _seat_around(plan: Plan, table: Piece, at: Vector, yaw: float) -> None:
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
            others = [span for span, _ in plan.taken[:]]
            table_area = footprint(table, at, yaw)
            if _clear(plan, area, table_area, others):
                plan.put(chair, spot, yaw + turn + between(rng, -0.08, 0.08))


def _clear(
    plan: Plan,
    area: tuple[float, float, float, float],
    table: tuple[float, float, float, float],
    others: list[tuple[float, float, float, float]],
) -> bool:
    """Return whether a chair fits, its table aside."""
    from fusionviz.data.rooms.plan import overlaps

    wide, deep, _ = plan.extent
    if area[0] < 0.05 or area[1] > wide - 0.05:
        return False
    if area[2] < 0.05 or area[3] > deep - 0.05:
        return False
    return not any(overlaps(area, other) for other in others if other != table)


def extras(plan: Plan) -> None:
    """Add what any room may have: lamp, plants, basket, a television on the wall."""
    rng, style = plan.rng, plan.style
    if chance(rng, 0.5):
        plan.against_wall(things.floor_lamp(rng, style))
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


RECIPES = (living_room, bedroom, study, dining_room)


def furnish(plan: Plan) -> None:
    """Furnish a room as one of the recipes says."""
    recipe = pick(plan.rng, RECIPES)
    recipe(plan)
    extras(plan)
    screens = any(part.label == 10 for group in plan.groups for part in group)
    if not screens and chance(plan.rng, 0.7):
        hang_television(plan)


__all__ = ["RECIPES", "Generator", "Part", "Style", "furnish"]
