"""Living rooms, bedrooms, studies and dining rooms: what stands where."""

import math

from fusionviz.data.rooms import beds, seating, storage, tables
from fusionviz.data.rooms.groups import (
    add_rug,
    desk_with_chair,
    dress,
    extras,
    hang_television,
    in_front,
    light,
    seat_around,
    shelves,
    with_television,
)
from fusionviz.data.rooms.materials import between, chance, count, pick
from fusionviz.data.rooms.plan import Plan, footprint


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
        if plan.fits(footprint(table, spot, yaw), table.size[2]):
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
        seat_around(plan, table, at, yaw)
    plan.against_wall(dress(plan, storage.sideboard(rng, style), 3))
    if chance(rng, 0.6):
        shelves(plan, 1)
    if chance(rng, 0.35):
        plan.against_wall(with_television(plan, storage.media_unit(rng, style)))


RECIPES = (living_room, bedroom, study, dining_room)


def furnish(plan: Plan) -> None:
    """Furnish a room as one of the recipes says."""
    recipe = pick(plan.rng, RECIPES)
    recipe(plan)
    extras(plan)
    screens = any(part.label == 10 for group in plan.groups for part in group)
    if not screens and chance(plan.rng, 0.7):
        hang_television(plan)
