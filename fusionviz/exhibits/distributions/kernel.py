"""The kernel's blocks and the witness function."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fusionviz.analysis.distributions.kernel import (
    KernelBlocks,
    Witness,
    measure_kernel,
    measure_witness,
)
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.exhibits.distributions.distances import (
    PairControls,
    find_pair,
    say_tokens,
)
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.kernel import describe_kernel, draw_kernel, equation
from fusionviz.views.shared.plain import in_markdown
from fusionviz.views.shared.style import modality_name, three_digits

FORMULA = (
    r"\mathrm{MMD}^2 = \overline{K_{xx}} + \overline{K_{yy}} - 2\,\overline{K_{xy}}"
    r",\qquad w(z) = \frac{1}{m} \sum_i k(z, x_i) - \frac{1}{n} \sum_j k(z, y_j)"
)


@dataclass(frozen=True, kw_only=True)
class KernelControls(PairControls):
    """Which tokens' kernel is shown, and its bandwidth."""


def make_kernel(request: Request[KernelControls, TokenSubject]) -> Exhibit:
    """Return the kernel matrix of two modalities' tokens, and their witness."""
    pair, bandwidth = find_pair(request)
    blocks = measure_kernel(pair, bandwidth=bandwidth, biased=request.controls.biased)
    witness = measure_witness(pair, bandwidth=bandwidth)
    means = blocks.means
    return Exhibit(
        draw=lambda: draw_kernel(blocks, witness),
        alt=describe_kernel(blocks, witness),
        caption=_explain(blocks, witness),
        formula=FORMULA,
        numbers={
            "mean_k_xx": means.xx,
            "mean_k_yy": means.yy,
            "mean_k_xy": means.xy,
            "mmd2": means.mmd2,
            "bandwidth": bandwidth,
        },
        arrays={
            "kernel": pair.kernel(bandwidth).astype(np.float32),
            "witness": witness.values,
            "places": witness.plane.places,
            "plane_axis": witness.axis,
            "plane_witness": witness.grid,
        },
        table=_table(witness),
    )


def _table(witness: Witness) -> dict[str, Any]:
    """Return a row for each token."""
    pair = witness.pair
    return {
        "modality": np.repeat(pair.names, [len(pair.x), len(pair.y)]).tolist(),
        "token": pair.labels,
        "first_component": witness.plane.places[:, 0],
        "second_component": witness.plane.places[:, 1],
        "witness": witness.values,
    }


def _explain(blocks: KernelBlocks, witness: Witness) -> str:
    pair, means = blocks.pair, blocks.means
    x, y = (modality_name(name) for name in pair.names)
    m = len(pair.x)
    at_x, at_y = (
        float(side.mean()) for side in (witness.values[:m], witness.values[m:])
    )
    diagonal = (
        "each token's 1 with itself on the diagonal included"
        if means.biased
        else "each token's 1 with itself on the diagonal left out"
    )
    share = three_digits(100 * float(witness.plane.explained.sum()))
    extreme = int(np.abs(witness.values).argmax())
    text = (
        f"**Left**: the kernel k of every two tokens, {x} first and then {y}: 1 where "
        "they are the same, 0 where they are far apart for "
        f"σ = {three_digits(blocks.bandwidth)}. The means of its blocks, {diagonal}, "
        f"are the terms of MMD²: {equation(blocks)}. Two clouds alike would have three "
        "equal means.\n\n"
        "**Right**: the witness w says where they differ. It is above 0 (blue) where "
        f"{x} is denser, below 0 (red) where {y} is. Tokens lie in the plane of the "
        "two first principal components of both modalities together, which holds "
        f"{share} % of their variance, and are filled by w **at the token itself**, in "
        "all channels. The ground is w **on the plane through the mean**: its points "
        "are points of the token space that lie off the tokens by what the plane "
        "leaves out, so a token may be paler or darker than the ground around it. "
        f"The mean of w is {three_digits(at_x)} at {x} tokens and {three_digits(at_y)} "
        f"at {y} tokens: their difference is the biased MMD², "
        f"{three_digits(at_x - at_y)}. The largest |w| is "
        f"{three_digits(float(abs(witness.values[extreme])))}, at "
        f"{in_markdown(pair.labels[extreme])}."
    )
    special = say_tokens(pair)
    return f"{text}\n\n{special}" if special else text


KERNEL = ExhibitKind(
    name="distributions-kernel",
    title="The kernel's blocks and the witness",
    controls=KernelControls,
    make=make_kernel,
    reads="tokens",
    height=466,
)
