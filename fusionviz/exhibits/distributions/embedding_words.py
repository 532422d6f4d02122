"""What planes of tokens say in words."""

from collections.abc import Callable, Mapping, Sequence

from fusionviz.analysis.distributions.embedding import Embedding, Method
from fusionviz.analysis.distributions.movement import Movement, measure_movement
from fusionviz.analysis.distributions.stage_tokens import Separation
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Stage, TokenSubject
from fusionviz.views.shared.style import three_digits

STILL = 1e-3
"""Spreads up to which a centre has not moved."""

FORMULAS: dict[Method, str] = {
    "pca": r"\tilde x = \frac{x - c_s}{\sigma_s},\qquad v_1, v_2 = \arg\max_{V^\top V "
    r"= I} \sum_{s, m} \frac1{n_{sm}} \sum_i \|V^\top (\tilde x_{smi} - \bar x)\|^2",
    "tsne": r"\min_y \sum_{i \ne j} p_{ij} \log\frac{p_{ij}}{q_{ij}},\qquad q_{ij} "
    r"\propto \left(1 + \|y_i - y_j\|^2\right)^{-1}",
    "umap": r"\min_y \sum_{i \ne j} p_{ij} \log\frac{p_{ij}}{q_{ij}} + (1 - p_{ij}) "
    r"\log\frac{1 - p_{ij}}{1 - q_{ij}}",
}

_NEAR = (
    " keeps neighbours together, and only that: **distances between clusters, their "
    "sizes and their ellipses mean nothing**, and other seeds give other pictures. "
)


def explain_embedding(
    embedding: Embedding,
    subject: TokenSubject,
    *,
    links: bool,
    picked: Mapping[str, int],
) -> str:
    """Return how to read the planes, with the numbers of the case.

    Args:
        embedding: What is drawn.
        subject: What it is of.
        links: Whether tokens that belong together are joined.
        picked: How many tokens of each modality are picked.
    """
    parts = [
        "A point is a token. All panels share their axes; a unit across may be longer "
        "than one up. Each stage's tokens are moved by the stage's middle and divided "
        "by its spread (the root of the mean squared distance from the middle), so "
        "that none decides by its norm where the axes lie; after local alignment "
        "middle and spread are those of before, so that what alignment leaves alone "
        "does not move.",
        _say_method(embedding),
        _say_raw(embedding),
        "After alignment a source's tokens stand at the anchor's positions. Crosses "
        f"(upright: {embedding.anchor}'s) are the centres in the plane, and ellipses "
        "would hold 95 % of a Gaussian of the same covariance. Axes leave out at most "
        "1 % of a panel's tokens at each edge: zoom out to see them. Draw "
        "around points to pick them: they are brought out at every stage, a source's "
        "after alignment where they send most of their mass.",
        _say_links(embedding) if links else "",
        "\n\n" + _say_numbers(embedding, subject),
        _say_empty(embedding),
        _say_picked(picked),
    ]
    return " ".join(part for part in parts if part).replace(" \n\n", "\n\n")


def say_apart(
    pairs: Sequence[Sequence[Separation]],
    stages: Sequence[Stage],
    measure: Callable[[Separation], float],
) -> str:
    """Return how far the centres of each pair are apart at each stage.

    Args:
        pairs: For each pair, its record at each stage.
        stages: Which they are.
        measure: What of the record is told.
    """
    told = []
    for same in pairs:
        each = [
            f"{three_digits(measure(one))} {STAGE_TITLES[stage]}"
            for stage, one in zip(stages, same, strict=True)
        ]
        told.append(f"**{same[0].first} and {same[0].second}**: {', '.join(each)}")
    return f"centres are apart: {'; '.join(told)}."


def say_still(movement: Movement) -> str:
    """Return why alignment has not moved the centres, where it has not."""
    if "aligned" not in movement.stages:
        return ""
    step = movement.stages.index("aligned") - 1
    sources = [name for name in movement.moved if name != movement.anchor]
    if any(movement.moved[name][step] > STILL for name in sources):
        return ""
    return (
        " That local alignment leaves the centres where they were is no accident: each "
        "source token sends the same mass, so the mean of X̃ = T Mᵀ X over the anchor's "
        "T positions is the mean of X. It moves tokens to partners, not one cloud onto "
        "the other; that is what the MMD of the training loss is for."
    )


def _say_method(embedding: Embedding) -> str:
    if embedding.method == "tsne":
        return "t-SNE of all stages together" + _NEAR
    if embedding.method == "umap":
        return "UMAP of all stages together" + _NEAR
    shares = [] if embedding.explained is None else embedding.explained.tolist()
    first, second = (f"{100 * share:.1f}" for share in shares)
    return (
        f"The axes are the two along which tokens vary most ({first} and {second} % of "
        "the variance pooled over these stages, in which each modality of each stage "
        "counts alike). What differs along other axes is not seen here."
    )


def _say_raw(embedding: Embedding) -> str:
    panel = embedding.panels[0]
    if panel.stage != "raw":
        return ""
    fits = ", ".join(f"{name} {three_digits(fit)}" for name, fit in panel.fits.items())
    text = (
        "**Before the encoders** there is no common space: each modality is in a plane "
        "of its own, turned, mirrored and scaled to fit its own tokens after the "
        "encoder (Procrustes), so distances between modalities mean nothing there. "
        f"How well they fit (1: the same shape): {fits or 'there is none'}."
    )
    gone = " and ".join(panel.left_out)
    return text + (f" {gone} has ids, no features." if gone else "")


def _say_links(embedding: Embedding) -> str:
    if not any(panel.links for panel in embedding.panels):
        return "Which tokens belong together is not known: no lines."
    return (
        "Lines join tokens that belong together: before alignment in truth (where it "
        "is known), afterwards at one position of the anchor that received something."
    )


def _say_numbers(embedding: Embedding, subject: TokenSubject) -> str:
    panels = [panel for panel in embedding.panels if panel.stage != "raw"]
    if not panels[0].separations:
        (only,) = panels[0].clouds
        gone = " and ".join(subject.missing_names) or "another modality"
        return f"Here is {only.name} alone: {gone} is missing, so nothing is apart."
    stages = [panel.stage for panel in panels]
    pairs = [
        [panel.separations[at] for panel in panels]
        for at in range(len(panels[0].separations))
    ]
    units = ", ".join(
        f"{three_digits(embedding.spreads[stage])} {STAGE_TITLES[stage]}"
        for stage in stages
    )
    return (
        "Here, in the full space and the units of the tokens, "
        + say_apart(pairs, stages, lambda one: one.centres)
        + f" A spread is {units}."
        + say_still(measure_movement(subject))
    )


def _say_empty(embedding: Embedding) -> str:
    told = [
        f"{int(cloud.empty.sum())} of {len(cloud.empty)} positions of {cloud.name}"
        for panel in embedding.panels
        for cloud in panel.clouds
        if panel.stage == "aligned" and cloud.empty.any()
    ]
    if not told:
        return ""
    return (
        f"**Hollow**: {' and '.join(told)} received nothing. Their tokens are zero "
        "vectors, which all stand at one place until the backbone has read them."
    )


def _say_picked(picked: Mapping[str, int]) -> str:
    if not picked:
        return ""
    return (
        "Picked: " + ", ".join(f"{count} of {n}" for n, count in picked.items()) + "."
    )
