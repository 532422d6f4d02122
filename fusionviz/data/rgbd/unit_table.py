"""The units that depth comes in, and how a unit is named."""

import re
from dataclasses import dataclass

from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True)
class LengthUnit:
    """A unit whose numbers are lengths: so many of them make a metre.

    Attributes:
        name: What names it in recipes and addresses, a value of `depth_unit`.
        label: What a person reads in a list.
        short: What it is called in a sentence.
        per_metre: How many make a metre.
    """

    name: str
    label: str
    short: str
    per_metre: float


LENGTHS = {
    unit.name: unit
    for unit in (
        LengthUnit(name="m", label="metres", short="metres", per_metre=1),
        LengthUnit(name="cm", label="centimetres", short="centimetres", per_metre=100),
        LengthUnit(name="mm", label="millimetres", short="millimetres", per_metre=1000),
        LengthUnit(
            name="1/5000 m",
            label="1/5000 metre (TUM RGB-D)",
            short="1/5000 metre",
            per_metre=5000,
        ),
        LengthUnit(
            name="1/4000 m",
            label="1/4000 metre (RealSense L515, Matterport)",
            short="1/4000 metre",
            per_metre=4000,
        ),
        LengthUnit(
            name="1/6553.5 m",
            label="1/6553.5 metre (Replica, NICE-SLAM)",
            short="1/6553.5 metre",
            per_metre=6553.5,
        ),
        LengthUnit(
            name="0.1 mm",
            label="tenths of a millimetre (Kinect 2)",
            short="tenths of a millimetre",
            per_metre=10_000,
        ),
        LengthUnit(
            name="1/256 m",
            label="1/256 metre (KITTI, VOID)",
            short="1/256 metre",
            per_metre=256,
        ),
        LengthUnit(
            name="serv-ct",
            label="1/256 millimetre (endoscopy, as SERV-CT)",
            short="1/256 millimetre",
            per_metre=256_000,
        ),
        LengthUnit(
            name="c3vd",
            label="100 mm at full scale (endoscopy, as C3VD)",
            short="100 mm at full scale",
            per_metre=655_350,
        ),
    )
}
"""Every unit of length that has a name, by its name."""

UNIT_LABELS = (
    {"auto": "guess from the values"}
    | {name: unit.label for name, unit in LENGTHS.items()}
    | {
        "arcore": "millimetres in 13 bits, confidence in 3 (ARCore)",
        "sun-rgbd": "millimetres with rotated bits (SUN RGB-D)",
        "kinect-disparity": "raw Kinect disparity, 11 bits",
        "relative": "relative, far is bright in the file",
        "disparity": "relative, near is bright in the file (inverse depth, disparity)",
    }
)
"""What each depth unit is, as a person reads it."""

DEPTH_UNITS = tuple(UNIT_LABELS)
"""The values of `depth_unit` that have a name; `1/N m` is one for any number N."""

WITHOUT_UNIT = ("relative", "disparity")
"""Units that say no length."""

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_TYPED = re.compile(
    rf"(?:1\s*/\s*{_NUMBER}\s*m|units per metre:\s*{_NUMBER}|{_NUMBER} per metre)"
)
_PER_METRE_RANGE = (0.001, 1e8)


def check_unit(unit: str) -> str:
    """Return the name of a unit that somebody asked for.

    Args:
        unit: One of `DEPTH_UNITS`, or a number of units in a metre: `1/4000 m`,
            `4000 per metre` and `units per metre: 4000` are the same.

    Raises:
        InputError: It is none of them.
    """
    if unit in DEPTH_UNITS:
        return unit
    count = _typed(unit) or 0
    low, high = _PER_METRE_RANGE
    if not low <= count <= high:
        raise InputError(
            f"The depth unit {unit[:40]!r} is not known: choose one of "
            f"{', '.join(DEPTH_UNITS)}, or say how many units make a metre, as in "
            "'1/4000 m'."
        )
    return unit_of(count)


def unit_of(per_metre: float) -> str:
    """Return the name of the unit that so many make a metre of."""
    for name, unit in LENGTHS.items():
        if unit.per_metre == per_metre:
            return name
    return f"1/{per_metre:.12g} m"


def per_metre(unit: str) -> float | None:
    """Return how many of a unit make a metre; None where it is no plain length."""
    return LENGTHS[unit].per_metre if unit in LENGTHS else _typed(unit)


def label_of(unit: str) -> str:
    """Return a unit as a person reads it in a list."""
    return UNIT_LABELS.get(unit) or f"1/{_typed(unit) or 1:.12g} metre"


def short_of(unit: str) -> str:
    """Return what a unit is called in a sentence."""
    return LENGTHS[unit].short if unit in LENGTHS else label_of(unit)


def _typed(unit: str) -> float | None:
    typed = _TYPED.fullmatch(unit)
    return float(next(filter(None, typed.groups()))) if typed else None
