"""Latents among a model's arrays."""

import numpy as np

from fusionviz.analysis.latents.array_latents import (
    ArrayLatents,
    measure_array_latents,
)
from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.array_latents import (
    describe_array_latents,
    draw_array_latents,
)
from fusionviz.views.shared.plain import in_markdown
from fusionviz.views.shared.style import three_digits


def make_array_latents(request: Request[Controls, ArraysSubject]) -> Exhibit:
    """Return the latents among arrays against N(0, 1), and their channels.

    Raises:
        InputError: There are none.
    """
    latents = measure_array_latents(request.subject.latents)
    notes = request.subject.arrays.notes.get("latents", ())
    return Exhibit(
        draw=lambda: draw_array_latents(latents),
        alt=describe_array_latents(latents),
        caption="\n\n".join([_explain(latents), *map(in_markdown, notes)]),
        formula=r"D = \sup_t \left|F_n(t) - \Phi(t)\right|,\qquad "
        r"\dim = \frac{(\sum_k \lambda_k)^2}{\sum_k \lambda_k^2}",
        numbers={
            "tokens": latents.z.shape[0],
            "channels": latents.z.shape[1],
            "kolmogorov_distance": latents.distance,
            "critical_distance": latents.critical_distance,
            "mean": float(latents.z.mean()),
            "standard_deviation": float(latents.z.std()),
            "effective_dimensions": latents.dimensions,
            "dead_channels": latents.dead,
        },
        arrays={"latents": latents.z},
        table={
            "channel": np.arange(1, latents.z.shape[1] + 1),
            "mean": latents.mean,
            "standard_deviation": latents.spread,
        },
    )


def _explain(latents: ArrayLatents) -> str:
    told = "can" if latents.distance > latents.critical_distance else "cannot"
    tokens, channels = latents.z.shape
    dead = (
        f" {latents.dead} of the {channels} channels hardly change from token to token."
        if latents.dead
        else ""
    )
    return (
        "**Left**: the histogram of all latents, and the density of N(0, 1), which "
        "flows and variational autoencoders take for their prior. **Middle**: their "
        "sorted values against the normal's; on the dashed line they would be equal. "
        "The band is simultaneous: of as many draws of N(0, 1), 95 in 100 sets lie in "
        "it everywhere (Kolmogorov and Smirnov). **Right**: each channel's mean and "
        "standard deviation over the tokens; the cross is where N(0, 1) has them.\n\n"
        f"Kolmogorov's distance is **{three_digits(latents.distance)}**; of "
        f"{latents.z.size} draws, 5 in 100 sets exceed "
        f"{three_digits(latents.critical_distance)}: these {told} be told from draws "
        "of N(0, 1). A model without such a prior need not look like it: then the "
        f"channels are what there is to see. The {tokens} tokens vary in effectively "
        f"**{three_digits(latents.dimensions)}** of {channels} dimensions (the "
        f"participation ratio of their covariance).{dead}"
    )


ARRAY_LATENTS = ExhibitKind(
    name="latents-arrays",
    title="Latents of another model",
    controls=Controls,
    make=make_array_latents,
    reads="arrays",
)
