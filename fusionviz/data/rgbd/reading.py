"""An RGB-D pair as it was read, with what could have been read instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd.colour import ColourImage, is_single_channel, read_colour
from fusionviz.data.rgbd.depth import ColouredDepthError, RawDepth, read_depth
from fusionviz.data.rgbd.pairing import bring_together, lies_across
from fusionviz.data.rgbd.raster import is_quarter_turn, set_upright
from fusionviz.data.rgbd.registration import (
    Placement,
    edge_agreement,
    move,
    turn_clockwise,
)
from fusionviz.data.rgbd.unit_guess import UnitChoice
from fusionviz.data.rgbd.unit_table import check_unit
from fusionviz.data.rgbd.units import note_holes, to_depth
from fusionviz.errors import InputError, says_memory_lacks

_FOURTH = "fourth channel"


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """What a user can say about a pair of files, where the rules are wrong.

    Attributes:
        depth_unit: As `check_unit` takes it.
        depth_name: Of the array, channel or page that is depth; None: by rules.
        placement: Where depth lies over RGB.
        fourth_is_depth: Whether a fourth channel of the RGB file that varies as depth
            does is depth, and not transparency.
    """

    depth_unit: str = "auto"
    depth_name: str | None = None
    placement: Placement = field(default_factory=Placement)
    fourth_is_depth: bool = True

    def as_recipe(self) -> dict[str, Any]:
        """Return what names them in recipes: the unit, and what else was said."""
        place = self.placement
        said = {
            "depth_name": (self.depth_name, None),
            "depth_turn": (place.turn, 0),
            "depth_right": (place.right, 0),
            "depth_down": (place.down, 0),
            "depth_scale": (place.scale, 1),
            "fourth_is_depth": (self.fourth_is_depth, True),
        }
        told = {name: value for name, (value, usual) in said.items() if value != usual}
        return {"depth_unit": self.depth_unit, **told}

    @classmethod
    def from_recipe(cls, recipe: Mapping[str, Any]) -> "ReadingOptions":
        """Return the options that a recipe names.

        Args:
            recipe: As `as_recipe` returns it; an address has text in place of numbers.

        Raises:
            InputError: They are none.
        """
        name = recipe.get("depth_name")
        try:
            placement = Placement(
                turn=int(recipe.get("depth_turn", 0)),
                right=float(recipe.get("depth_right", 0)),
                down=float(recipe.get("depth_down", 0)),
                scale=float(recipe.get("depth_scale", 1)),
            )
        except (TypeError, ValueError) as error:
            raise InputError(
                "Depth is turned and moved by numbers: take out what is none."
            ) from error
        return cls(
            depth_unit=check_unit(str(recipe.get("depth_unit", "auto"))),
            depth_name=None if name is None else str(name),
            placement=placement,
            fourth_is_depth=str(recipe.get("fourth_is_depth", True)) != "False",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PairReading:
    """A pair as it was read, and what could be read instead.

    Attributes:
        sample: The pair.
        unit: What depth was read as; None without depth.
        units: Units that its values make likely, the likeliest first.
        names: Arrays, channels or pages that could be depth; none where there is one.
        name: The one that is.
        unmoved: Depth before it was moved over RGB; None without a pair.
        turns: Degrees clockwise by which depth can be turned to lie as RGB does, the
            best fit of edges first; none where both lie alike.
        has_fourth: Whether the RGB file has a fourth channel that may be depth.
    """

    sample: RGBDSample
    unit: str | None = None
    units: tuple[UnitChoice, ...] = ()
    names: tuple[str, ...] = ()
    name: str | None = None
    unmoved: NDArray[np.float32] | None = None
    turns: tuple[int, ...] = ()
    has_fourth: bool = False


def read_with_choices(
    rgb: bytes | None, depth: bytes | None, options: ReadingOptions
) -> PairReading:
    """Return a pair as it was read, and what could be read instead.

    Args:
        rgb: An RGB file, or None.
        depth: A depth file, or None.
        options: What the user said about them.

    Raises:
        AmbiguousDepthError: The depth file holds several maps; which is to be said.
        InputError: A file cannot be used.
    """
    smaller = "make the pictures smaller and upload them again"
    with says_memory_lacks("The files cannot be read", smaller):
        return _read_with_choices(rgb, depth, options)


def _read_with_choices(
    rgb: bytes | None, depth: bytes | None, options: ReadingOptions
) -> PairReading:
    check_unit(options.depth_unit)
    if rgb is None and depth is None:
        raise InputError(
            "There is nothing to read: upload an RGB picture, a depth map or both."
        )
    raw = None if depth is None else _read_depth_beside(depth, rgb, options)
    colour = None
    if rgb is not None:
        colour = read_colour(rgb, fourth_is_depth=options.fourth_is_depth)
    if raw is None and colour is not None:
        raw = _from_fourth(colour)
        if raw is None:
            return PairReading(
                sample=RGBDSample(rgb=colour.rgb, depth_m=None, notes=colour.notes),
                has_fourth=not options.fourth_is_depth,
            )
    assert raw is not None  # noqa: S101 - for the type checker
    return _put_together(colour, raw, options)


def _put_together(
    colour: ColourImage | None, raw: RawDepth, options: ReadingOptions
) -> PairReading:
    measured = to_depth(raw.values, options.depth_unit, is_pfm=raw.kind == "PFM")
    notes = (*(colour.notes if colour else ()), *raw.notes, *measured.assumptions)
    pixels = raw.rgb if colour is None else colour.rgb
    depth = measured.depth_m
    turns: tuple[int, ...] = ()
    if pixels is not None:
        depth, turns, turned = _lay_beside(colour, pixels, depth, raw, options)
        pixels, depth, fitted = bring_together(pixels, depth)
        notes += turned + fitted
    unmoved = depth
    depth, moved = move(depth, options.placement)
    _check_left(depth)
    return PairReading(
        sample=RGBDSample(
            rgb=pixels,
            depth_m=depth,
            depth_is_metric=measured.is_metric,
            notes=notes + moved + note_holes(depth),
        ),
        unit=measured.unit,
        units=measured.choices,
        names=raw.names,
        name=raw.name,
        unmoved=None if pixels is None else unmoved,
        turns=turns,
        has_fourth=colour is not None and colour.fourth is not None,
    )


def _lay_beside(
    colour: ColourImage | None,
    pixels: NDArray[np.uint8],
    depth: NDArray[np.float32],
    raw: RawDepth,
    options: ReadingOptions,
) -> tuple[NDArray[np.float32], tuple[int, ...], tuple[str, ...]]:
    """Return depth turned as chosen or as RGB was, the turns on offer, and notes."""
    chosen = options.placement.turn
    notes: tuple[str, ...] = ()
    if colour is not None and raw.kind != _FOURTH and not chosen:
        depth, notes = _turn_with(colour, depth)
    turns = _offered_turns(pixels, depth) if lies_across(pixels, depth) else ()
    if chosen:
        depth = turn_clockwise(depth, chosen)
        notes = (f"Depth was turned by {chosen} degrees, as you chose.",)
    elif turns:
        notes += (
            "Depth lies on its side beside RGB: choose a turn if it should stand as "
            "RGB does.",
        )
    return depth, turns, notes


def _check_left(depth: NDArray[np.float32]) -> None:
    if not np.isfinite(depth).any():
        raise InputError(
            "Depth holds no distance where it lies over RGB, all that was measured "
            "was cropped or moved away: upload files of one shape, or move depth less."
        )


def _from_fourth(colour: ColourImage) -> RawDepth | None:
    if colour.fourth is None:
        return None
    note = (
        "The RGB file has a fourth channel that varies as distances do: it was read as "
        "depth."
    )
    return RawDepth(values=colour.fourth, kind=_FOURTH, notes=(note,))


def _offered_turns(
    rgb: NDArray[np.uint8], depth: NDArray[np.float32]
) -> tuple[int, ...]:
    """Return the turns that make depth lie as RGB does, best first, and no turn."""

    def agreement(turn: int) -> float:
        pixels, distances, _ = bring_together(rgb, turn_clockwise(depth, turn))
        return edge_agreement(pixels, distances)

    return (*sorted((90, 270), key=agreement, reverse=True), 0)


def _read_depth_beside(
    depth: bytes, rgb: bytes | None, options: ReadingOptions
) -> RawDepth:
    try:
        return read_depth(depth, options.depth_name)
    except ColouredDepthError as error:
        if rgb is not None and is_single_channel(rgb):
            raise InputError(
                "The depth file is in colour and the RGB file is not: exchange the two "
                "if they are swapped, else upload the 16-bit or float depth map."
            ) from error
        raise


def _turn_with(
    colour: ColourImage, depth: NDArray[np.float32]
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Turn depth along with an RGB picture that was stored on its side.

    Only sizes can tell whether depth was saved as the sensor stands or as viewers show
    the picture; where they cannot, it is taken to be upright.
    """
    if colour.orientation == 1:
        return depth, ()
    (height, width), (stored_height, stored_width) = depth.shape, colour.stored_size
    lies_alike = (width - height) * (stored_width - stored_height) > 0
    if is_quarter_turn(colour.orientation) and lies_alike:
        note = "Depth was turned as RGB was: it lay on its side in the same way."
        return set_upright(depth, colour.orientation), (note,)
    return depth, ("Depth was taken to be upright already, as RGB is shown.",)
