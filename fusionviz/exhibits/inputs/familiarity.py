"""In words: how far a pair lies from what its models were trained on."""

from collections.abc import Mapping

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.limits import FAR, LIKELIHOOD, Limits, is_far
from fusionviz.views.shared.plain import in_markdown

_MEASURES = {"rgb": "colours", "depth": "depth", LIKELIHOOD: "its likelihood"}


def warn_of_distance(subject: PairSubject) -> list[str]:
    """Return a sentence for each checkpoint that the pair is unlike the training of.

    Checkpoints that were trained on the same are told of together.
    """
    by_words: dict[str, list[str]] = {}
    for title in subject.limits:
        nearer = subject.nearer(title)
        if is_far(nearer):
            card = subject.cards.get(title)
            name = title if card is None else card.name
            by_words.setdefault(_say_far(nearer, subject.limits[title]), []).append(
                name
            )
    return [
        f"**Unlike what {in_markdown(' and '.join(names))} learned from.** {words}"
        for words, names in by_words.items()
    ]


def explain_distance(subject: PairSubject, title: str) -> str:
    """Return how far a pair lies from a model's training, with its flags' rate."""
    nearer = subject.nearer(title)
    if not nearer:
        return ""
    limits = subject.limits[title]
    parts = [f"{share:.0%} by {_MEASURES[name]}" for name, share in nearer.items()]
    return (
        f" Of {len(next(iter(limits.held.values())))} held-out samples, nearer to its "
        f"{limits.data} than this pair are {', '.join(parts)}; above {FAR:.0%} it is "
        f"flagged, as {limits.flagged:.1%} of {limits.checked} other held-out ones are."
    )


def _say_far(nearer: Mapping[str, float], limits: Limits) -> str:
    far = [name for name, share in nearer.items() if share >= FAR]
    by = " and ".join(_MEASURES[name] for name in far)
    least = min(nearer[name] for name in far)
    share = "all" if least == 1 else f"{least:.0%} of"
    count = len(limits.held[far[0]])
    return (
        f"Further from its training samples than {share} {count} held-out ones, by "
        f"{by}: expect worse labels, however sure it is."
    )
