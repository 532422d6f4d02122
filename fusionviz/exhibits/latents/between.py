"""Between two samples: interpolation, and exchange of a modality's latents."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.latents.between import WAYS, Interpolation, measure_between
from fusionviz.analysis.latents.exchange import CASES, Exchange, measure_exchange
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.between import (
    describe_between,
    draw_all_steps,
    draw_between,
)
from fusionviz.views.latents.exchange import describe_exchange, draw_exchange
from fusionviz.views.shared.style import three_digits

LAYOUTS = ("one", "all")
"""One step with a slider that runs through them, or all steps at once."""

STEPS = range(3, 18)
ALL_STEPS_HEIGHT = 550
"""Of all steps, which stand in two lines."""

SLERP = (
    r"z(t) = \frac{r(t)}{\sin\omega}\left(\sin((1-t)\,\omega)\,\frac{z_A}{|z_A|} + "
    r"\sin(t\,\omega)\,\frac{z_B}{|z_B|}\right),\quad r(t) = (1-t)|z_A| + t|z_B|"
)


@dataclass(frozen=True, kw_only=True)
class BetweenControls(Controls):
    """How many steps, and how they are shown.

    Attributes:
        steps: Both ends counted, of `STEPS`.
        layout: Of `LAYOUTS`.
    """

    steps: int = 9
    layout: str = "one"

    def __post_init__(self) -> None:
        """Check the values."""
        if self.steps not in STEPS:
            raise ValueError(
                f"steps are {STEPS.start} to {STEPS.stop - 1}, got {self.steps}"
            )
        if self.layout not in LAYOUTS:
            raise ValueError(f"layouts are {LAYOUTS}, got {self.layout!r}")


@dataclass(frozen=True, kw_only=True)
class ExchangeControls(Controls):
    """Controls of the exchange, which has none."""


def make_between(request: Request[BetweenControls]) -> Exhibit:
    """Return the steps between two subjects, through latents and through pixels."""
    other = _other(request.other)
    between = measure_between(request.subject, other, steps=request.controls.steps)
    draw = draw_between if request.controls.layout == "one" else draw_all_steps
    middle = between.middle
    numbers = {
        f"bits_per_dim_{way}_middle": float(between.bits_per_dim[way][middle])
        for way in WAYS
    }
    steps = len(between.shares)
    bits = np.stack([between.bits_per_dim[way] for way in WAYS])
    length = np.stack([between.latent_length[way] for way in WAYS])
    return Exhibit(
        draw=lambda: draw(between),
        height=ALL_STEPS_HEIGHT if request.controls.layout == "all" else None,
        alt=describe_between(between),
        caption=_explain_between(between) + _missing(request.subject, other),
        formula=SLERP,
        numbers={"angle_degrees": between.angle_degrees, **numbers},
        arrays={
            "share_of_b": between.shares,
            "bits_per_dim": bits,
            "latent_length": length,
        },
        table={
            "way": [way for way in WAYS for _ in range(steps)],
            "share_of_b": np.tile(between.shares, len(WAYS)),
            "bits_per_dim": bits.ravel(),
            "latent_length": length.ravel(),
        },
    )


def make_exchange(request: Request[ExchangeControls]) -> Exhibit:
    """Return what comes of exchanging two subjects' depth latents."""
    other = _other(request.other)
    exchange = measure_exchange(request.subject, other)
    return Exhibit(
        draw=lambda: draw_exchange(exchange),
        alt=describe_exchange(exchange),
        caption=_explain_exchange(exchange) + _missing(request.subject, other),
        formula=r"x' = G^{-1}\big([\,z_A^{\mathrm{rgb}};\ z_B^{\mathrm{depth}}\,]\big)",
        numbers={
            f"bits_per_dim_{name}": float(bits)
            for name, bits in zip(
                ("a", "a_with_depth_of_b", "b_with_depth_of_a", "b"),
                exchange.bits_per_dim,
                strict=True,
            )
        },
        arrays={
            "bits_per_dim": exchange.bits_per_dim,
            "rgb_off": exchange.rgb_off,
            "depth_off_m": exchange.depth_off_m,
        },
        table={
            "latents": CASES,
            "bits_per_dim": exchange.bits_per_dim,
            "rgb_off_from_a": exchange.rgb_off[:, 0],
            "rgb_off_from_b": exchange.rgb_off[:, 1],
            "depth_off_from_a_m": exchange.depth_off_m[:, 0],
            "depth_off_from_b_m": exchange.depth_off_m[:, 1],
        },
    )


def _other(other: MangoSubject | None) -> MangoSubject:
    if other is None:
        raise ValueError("this exhibit compares two samples, got one")
    return other


def _missing(a: MangoSubject, b: MangoSubject) -> str:
    said = [
        f" The {one.missing} of {name} is the model's guess."
        for name, one in (("A", a), ("B", b))
        if one.missing is not None
    ]
    return "".join(said)


def _explain_between(between: Interpolation) -> str:
    middle = between.middle
    bits = {way: between.bits_per_dim[way] for way in WAYS}
    length = between.latent_length["linear"]
    here = ", ".join(f"{way} {three_digits(bits[way][middle])}" for way in WAYS)
    first, last = bits["linear"][0], bits["linear"][-1]
    return (
        "A is the chosen sample, B the other. *Spherical* and *linear* mix the "
        f"latents, which stand at {three_digits(between.angle_degrees)}° to each other "
        f"in {between.dimensions} dimensions, along the great circle and the straight "
        "line; *pixels* mixes the pictures and encodes the mixture. All pictures are "
        "what the codec makes of the tokens, so the ends agree.\n\n"
        f"At {between.shares[middle]:.0%} of B, bits per dimension: **{here}**; A has "
        f"{three_digits(first)}, B {three_digits(last)}. Fewer bits are a higher "
        "density of tokens, not a better picture. The straight line cuts the corner: "
        f"its latents are {three_digits(length[middle])} long there, those of A and B "
        f"{three_digits(length[0])} and {three_digits(length[-1])}, and short latents "
        "have a high density where hardly any sample lies. "
        + _judge_pixels(bits["pixels"][middle], first, last)
    )


def _judge_pixels(mixed: float, first: float, last: float) -> str:
    if mixed > max(first, last):
        return (
            "The mixed picture is **less probable than either end**: two rooms on top "
            "of each other are not what the model has seen."
        )
    if mixed < min(first, last):
        return (
            "The mixed picture is **more probable than either end**: mixing takes "
            "contrast away, and what is smooth has a high density. So probability "
            "alone does not find a double exposure out."
        )
    return (
        "The mixed picture is **as probable as A and B are**, between the two: "
        "probability alone does not find a double exposure out."
    )


def _explain_exchange(exchange: Exchange) -> str:
    one, two = exchange.depth_off_m[1], exchange.rgb_off[1]
    bits = [three_digits(value) for value in exchange.bits_per_dim]
    return (
        "Outside A and B, decoded from their own tokens; between them the inverse flow "
        "was given the RGB latents of one and the depth latents of the other. Were "
        "the latents of a modality only about that modality, its picture would come "
        "over unchanged; what changes shows what the flow carries across.\n\n"
        f"With A's RGB latents and B's depth latents, the depth is "
        f"**{three_digits(one[1])} m** off B's on average and {three_digits(one[0])} m "
        f"off A's; the RGB is **{three_digits(two[0])}** off A's and "
        f"{three_digits(two[1])} off B's, of 1 from black to white. "
        f"Bits per dimension from left to right: {', '.join(bits)}; with fewer bits "
        "the model finds the pair more probable."
    )


BETWEEN = ExhibitKind(
    name="latents-between",
    title="From one sample to another",
    controls=BetweenControls,
    make=make_between,
    needs_other=True,
    height=472,
)

EXCHANGE = ExhibitKind(
    name="latents-exchange",
    title="Exchange of a modality's latents",
    controls=ExchangeControls,
    make=make_exchange,
    needs_other=True,
    height=452,
)
