"""In words: how far a pair lies from what its models were trained on."""

from collections.abc import Sequence

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.limits import LIKELIHOOD, Nearness
from fusionviz.views.shared.plain import in_markdown

_MEASURES = {"rgb": "its colours", "depth": "its depth", LIKELIHOOD: "its likelihood"}


def warn_of_distance(subject: PairSubject) -> str:
    """Return which checkpoints the pair is unlike the training of, in Markdown.

    Those of which the same is to be said are told of together, others a line each.
    Empty where there are none.
    """
    by_words: dict[str, list[str]] = {}
    for title in subject.limits:
        nearness = subject.nearness(title)
        if nearness is not None and nearness.is_far:
            card = subject.cards.get(title)
            name = in_markdown(title if card is None else card.name)
            words = _say_far(nearness, subject.limits[title].data)
            by_words.setdefault(words, []).append(name)
    if not by_words:
        return ""
    every = _and([name for names in by_words.values() for name in names])
    head = (
        f"**Unlike what {every} learned from**: expect worse labels, however sure the "
        "model is."
    )
    if len(by_words) == 1:
        (words,) = by_words
        return f"{head} It is {words}."
    lines = [f"{_and(names)}: {words}." for words, names in by_words.items()]
    return "  \n".join([head, *lines])


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)


def explain_distance(subject: PairSubject, title: str) -> str:
    """Return how far a pair lies from a model's training, with its flags' rate."""
    nearness = subject.nearness(title)
    if nearness is None:
        return ""
    limits = subject.limits[title]
    by = ", ".join(f"{share:.0%} by {_MEASURES[n]}" for n, share in nearness.by.items())
    return (
        f" Of {nearness.count} held-out ones {nearness.share:.0%} are nearer to the "
        f"{limits.data} than this pair is ({by}). What lies a tenth beyond 99% of them "
        f"is flagged, as {limits.flagged:.1%} of {limits.checked} others held out are."
    )


def _say_far(nearness: Nearness, data: str) -> str:
    nearer = round(nearness.share * nearness.count)
    many = "all" if nearer == nearness.count else f"{nearer} of"
    by = " and ".join(_MEASURES[name] for name in nearness.far)
    return (
        f"further from the {data} than {many} {nearness.count} held-out ones, by {by}"
    )
