"""From what names tokens of several modalities to the subject."""

import hashlib
from collections.abc import Mapping
from typing import Any

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject, widths_of
from fusionviz.analysis.shared.subjects.tokens import Kin, TokenSubject
from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.mosi import load_mosi_videos
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.typed import read_typed
from fusionviz.models.alignmamba import AlignMamba, config_of, why_unread
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.models.serving.opening import open_checkpoint

KINS: Mapping[str, Kin] = {
    "rooms": "rooms",
    "nyuv2": "nyuv2",
    "nyudv2": "nyudv2",
    "sentiment": "sentiment",
    "mosi": "mosi",
}
"""Data sets whose samples are alike, by the name that cards have for them."""


def name_utterance(seed: int) -> dict[str, Any]:
    """Return what names a generated utterance in a recipe."""
    return {"utterance": seed}


def name_video(video: str) -> dict[str, Any]:
    """Return what names a video of CMU-MOSI in a recipe."""
    return {"mosi_video": video}


def name_sequences(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what names files of sequences in a recipe."""
    prints = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return {"sequences_sha256": dict(sorted(prints.items()))}


def read_named(
    named: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> SequenceSample:
    """Return the sequences that a recipe names.

    Args:
        named: The sample of a `SubjectName`.
        files: Those that a recipe of files was made of, by file name.

    Raises:
        InputError: They are not there, or other files than the recipe's.
    """
    if "utterance" in named:
        return render_utterance(int(named["utterance"]))
    if "mosi_video" in named:
        return find_video(str(named["mosi_video"]))
    if "typed" in named:
        rest = {"sequences_sha256": named.get("sequences_sha256")}
        if "sequences_sha256" in named and name_sequences(files or {}) != rest:
            raise InputError("these are not the files that the recipe was made of")
        return read_typed(str(named["typed"]), named.get("how", "alone"), files)
    if "sequences_sha256" in named:
        if name_sequences(files or {}) != dict(named):
            raise InputError("these are not the files that the recipe was made of")
        return read_sequences(files or {})
    raise InputError(f"this names no sequences: {dict(named)}")


def find_video(video: str) -> SequenceSample:
    """Return a video of CMU-MOSI by its id.

    Raises:
        InputError: There is none, or the data is not there.
    """
    for one in load_mosi_videos():
        if one.id == video:
            return one
    raise InputError(f"CMU-MOSI has no video {video!r}")


def readers_of(sample: SequenceSample) -> tuple[ModelCard, ...]:
    """Return the checkpoints that can read sequences, those of their kind first."""
    cards = [card for card in list_checkpoints() if card.kind == "alignmamba"]
    fitting = [c for c in cards if why_unread(sample, config_of(c)) is None]
    whole = {card.name: -len(_shared(card, sample)) for card in fitting}
    return tuple(sorted(fitting, key=lambda card: (whole[card.name], len(card.name))))


def why_nobody_reads(sample: SequenceSample) -> str:
    """Return in a sentence what would have to be brought instead of a sample.

    Args:
        sample: No checkpoint reads it, and its widths differ.
    """
    cards = [card for card in list_checkpoints() if card.kind == "alignmamba"]
    widths: dict[str, str] = {}
    for card in sorted(cards, key=lambda card: len(card.name)):
        kinds = [m for m in config_of(card).modalities if m.kind != "image"]
        told = ", ".join(f"{m.name} {m.width}" for m in kinds)
        if told:
            widths.setdefault(told, card.name)
    known = "; ".join(f"{name} reads {told}" for told, name in widths.items())
    there = f" ({known})" if known else ""
    return (
        f"No checkpoint reads {widths_of(sample)} features a step{there}: bring "
        "features of such widths, or of one width throughout, which need no model."
    )


def kin_of(card: ModelCard) -> Kin | None:
    """Return the data set that a checkpoint was measured on, where it is known."""
    return KINS.get(card.recipe.get("data", {}).get("set", ""))


def load_sequence_subject(
    sample: SequenceSample,
    named: dict[str, Any],
    checkpoint: str | None,
    *,
    device: str = "auto",
) -> tuple[TokenSubject, SubjectName]:
    """Return sequences as a checkpoint reads them, or as they are, and their name.

    Args:
        sample: The sequences.
        named: What names them.
        checkpoint: Name of an AlignMamba on such sequences; None: without a model.
        device: As `open_checkpoint` takes it.

    Raises:
        InputError: The checkpoint cannot read them, or without a model widths differ.
        CheckpointError: It cannot be loaded.
    """
    if checkpoint is None:
        name = SubjectName(checkpoint=None, weights_sha256=None, sample=named)
        return FeatureSubject(sample), name
    model = open_checkpoint(checkpoint, device)
    card = model.card
    reason = (
        why_unread(sample, model.config)
        if isinstance(model, AlignMamba)
        else f"it is a {card.kind}"
    )
    if reason is not None:
        raise InputError(f"{checkpoint} cannot read these sequences: {reason}")
    name = SubjectName(checkpoint=checkpoint, weights_sha256=card.sha256, sample=named)
    return AlignMambaSubject(model, sample, kin_of(card)), name


def _shared(card: ModelCard, sample: SequenceSample) -> set[str]:
    return {m["name"] for m in card.config["modalities"]} & set(sample.names)
