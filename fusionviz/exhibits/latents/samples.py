"""What the model makes up: pairs from the prior."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.latents.noisy_bits import noisy_bits_per_dim
from fusionviz.analysis.latents.samples import Samples, draw_samples
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.samples import describe_made_up, draw_made_up
from fusionviz.views.shared.style import three_digits

COUNTS = range(4, 9)
HOTTEST = 1.5
LARGEST_SEED = 999_999


@dataclass(frozen=True, kw_only=True)
class SamplesControls(Controls):
    """How many pairs are drawn, how warm, from which seed.

    Attributes:
        count: How many pairs, of `COUNTS`.
        temperature: Standard deviation of the latents, 0 to `HOTTEST`.
        seed: Of the latents, 0 to `LARGEST_SEED`.
    """

    count: int = 4
    temperature: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        if self.count not in COUNTS:
            raise ValueError(f"count is 4 to 8, got {self.count}")
        if not 0 <= self.temperature <= HOTTEST:
            raise ValueError(f"temperature is 0 to {HOTTEST}, got {self.temperature}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed is 0 to {LARGEST_SEED}, got {self.seed}")


def make_samples(request: Request[SamplesControls]) -> Exhibit:
    """Return pairs drawn from the prior of a subject's model."""
    controls = request.controls
    samples = draw_samples(
        request.subject.model,
        count=controls.count,
        temperature=controls.temperature,
        seed=controls.seed,
    )
    bits = samples.bits_per_dim
    finite = bits[np.isfinite(bits)]
    mean = {"bits_per_dim_mean": float(finite.mean())} if finite.size else {}
    own = float(request.subject.trace.bits_per_dim[0])
    noisy = noisy_bits_per_dim(request.subject)
    return Exhibit(
        draw=lambda: draw_made_up(samples),
        alt=describe_made_up(samples),
        caption=_explain(samples, own, noisy),
        formula=r"z \sim \mathcal N(0,\, T^2 I),\qquad x = G^{-1}(z)",
        numbers={
            "temperature": samples.temperature,
            "bits_per_dim_of_pair": own,
            "bits_per_dim_of_pair_noisy": noisy,
            **mean,
        },
        arrays={"tokens": samples.tokens, "bits_per_dim": bits},
        table={"sample": list(range(1, len(bits) + 1)), "bits_per_dim": bits},
    )


def _explain(samples: Samples, own: float, noisy: float) -> str:
    bits = samples.bits_per_dim
    text = (
        "Latents drawn at random, sent back through the flow and decoded: nothing of "
        "the chosen sample is in them. At temperature 1 they are what the model takes "
        "for data; below, they gather around z = 0, where the *prior* is highest and "
        "variety ends. That is not the most probable pair: the density of pairs has "
        "|det dz/dx| besides. Equal seeds give equal latents, times the "
        "temperature.\n\n"
        f"Here T = {samples.temperature:.2f}: from {three_digits(bits.min())} to "
        f"**{three_digits(bits.max())} bits per dimension**; the chosen pair has "
        f"{three_digits(noisy)} with the noise of training on its tokens, which draws "
        f"carry too, and {three_digits(own)} without. A pair can cost as few bits as "
        "data and still look like no room: the likelihood is the flow's, the eye has "
        "its own."
        if np.isfinite(bits).all()
        else "Some of these latents are so far out that the inverse leaves the range "
        f"of numbers at T = {samples.temperature:.2f}: a lower temperature brings "
        "them back."
    )
    same = (
        " All pairs are one: z = 0, the mode of the prior and not of pairs."
        if samples.temperature == 0
        else ""
    )
    return text + same


SAMPLES = ExhibitKind(
    name="latents-samples",
    title="Pairs that the model makes up",
    controls=SamplesControls,
    make=make_samples,
    height=367,
)
