"""Figures of a live model without a browser, and again from their recipes."""

from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import FigureRecipe
from fusionviz.explain.arrays import array_requests, part_of
from fusionviz.explain.live import (
    FILES,
    FIRST_SEED,
    LIVE,
    ROOM,
    UTTERANCE,
    LiveQuestion,
    answer,
)
from fusionviz.explain.source import FigureSource
from fusionviz.explain.writing import FigureRequest


def live_requests(source: FigureSource, model: str) -> list[FigureRequest]:
    """Return the figures that a live model's answer lights up.

    Args:
        source: Says what the model is asked about.
        model: As `find_place` takes it.

    Raises:
        InputError: It cannot be loaded or asked, or its arrays have faults.
    """
    return array_requests(*answer(_question(source, model)))


def live_again(recipe: FigureRecipe, source: FigureSource) -> FigureRequest:
    """Return the figure of a recipe of a live model, which is never loaded by it."""
    named = recipe.subject.sample
    if source.adapter is None:
        raise InputError(
            f"this recipe is of the live model {named[LIVE]}: name it by --adapter"
        )
    asked = str(named.get("input", ""))
    pair = source.read_pair()[0] if asked == FILES else None
    seed = named.get("seed", source.room if asked == ROOM else source.utterance)
    question = LiveQuestion(
        model=source.adapter,
        asked=asked,
        seed=FIRST_SEED if seed is None else int(seed),
        pair=pair,
    )
    subject, found = answer(question)
    if found.sample["input_sha256"] != named.get("input_sha256"):
        raise InputError("this is not the input that the recipe was made of")
    reads = exhibit_kind(recipe.exhibit).reads
    return FigureRequest(recipe=recipe, subject=part_of(subject, reads))


def _question(source: FigureSource, model: str) -> LiveQuestion:
    """Return what a live model is asked: about files, a room, an utterance, or its own.

    Raises:
        InputError: More than one is named.
    """
    is_files = source.rgb is not None or source.depth is not None
    named = is_files, source.room is not None, source.utterance is not None
    if sum((*named, bool(source.asked))) > 1:
        raise InputError(
            "name one thing that the model is asked about: files, --room, --utterance "
            "or --input"
        )
    if is_files:
        return LiveQuestion(model=model, asked=FILES, pair=source.read_pair()[0])
    if source.room is not None:
        return LiveQuestion(model=model, asked=ROOM, seed=source.room)
    if source.utterance is not None:
        return LiveQuestion(model=model, asked=UTTERANCE, seed=source.utterance)
    return LiveQuestion(model=model, asked=source.asked)
