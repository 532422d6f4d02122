"""How to read a move of the latents, with the numbers of the case."""

from fusionviz.analysis.latents.traverse import Traverse
from fusionviz.analysis.shared.latent_statistics import LatentStatistics
from fusionviz.views.shared.style import three_digits


def explain_move(traverse: Traverse, statistics: LatentStatistics | None) -> str:
    """Return how to read a move, with its numbers."""
    moved = [
        f"{signed(sigma)} σ along {direction.name} ({direction.told}; one σ is "
        f"{three_digits(direction.deviation)})"
        for sigma, direction in zip(
            traverse.sigmas[0], traverse.directions, strict=True
        )
        if sigma
    ]
    text = (
        "On the left stands what the codec makes of the sample's own tokens; the codec "
        "loses detail, so this and not the photograph is what the moved pictures are "
        "compared with. On the right blue became brighter or further away, red darker "
        "or nearer. "
    )
    text += (
        f"Here z moved by {', '.join(moved)}: {three_digits(float(traverse.shift[0]))} "
        "altogether"
        if moved
        else "Here nothing moved"
    )
    text += _explain_patches(traverse) + "." + _explain_classes(traverse)
    if traverse.missing is not None:
        text += f" The tokens of {traverse.missing} are the model's own guess."
    return text + explain_sigma(statistics)


def _explain_patches(traverse: Traverse) -> str:
    if not traverse.patches:
        return ""
    inside = ", ".join(f"{share:.1%}" for share in traverse.energy_inside)
    return (
        f", in the {len(traverse.patches)} framed patches of both modalities alone, "
        f"which hold {inside} of the directions' squared length; around them pictures "
        "change too, because the inverse of the flow mixes tokens"
    )


def _explain_classes(traverse: Traverse) -> str:
    gain = traverse.shares_after[0] - traverse.shares_before
    most, least = int(gain.argmax()), int(gain.argmin())
    if gain[most] < 0.001:
        return " The classes keep their shares of the picture."
    return (
        f" Of the classes, {traverse.classes[most]} gains most, {gain[most]:.1%} of "
        f"the pixels, and {traverse.classes[least]} loses {-gain[least]:.1%}."
    )


def explain_sigma(statistics: LatentStatistics | None) -> str:
    """Return what one standard deviation is."""
    if statistics is None:
        return (
            "\n\nThe latents of these weights have not been measured over data, so one "
            "σ is 1, that of the prior."
        )
    return (
        f"\n\nOne σ is the standard deviation of z along the direction, over "
        f"{statistics.data}."
    )


def signed(value: float) -> str:
    """Return a number with its sign, zero without."""
    return f"{value:+.2f}".replace("-", "−") if value else "0"
