"""From what names a subject to the subject, outside the app."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fusionviz.analysis.inputs.pair_subject import PairSubject, read_pair
from fusionviz.analysis.shared.latent_statistics import (
    LatentStatistics,
    load_statistics,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import ReadingOptions, read_with_choices
from fusionviz.data.rooms import ROOM_SIDE, RoomSample, render_room, side_for
from fusionviz.errors import CheckpointError, InputError, cut
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.tokens import kin_of
from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints, read_card
from fusionviz.models.mango import Mango
from fusionviz.models.serving.opening import open_checkpoint

FIRST_CHECKPOINT = "mango-rooms"
FIRST_ALIGNMAMBA = "alignmamba-rooms"
FIRST = {
    "mango": {"room": FIRST_CHECKPOINT, "files": "mango-nyu"},
    "alignmamba": {"room": FIRST_ALIGNMAMBA, "files": "alignmamba-nyu"},
}
"""Checkpoints that are taken where nobody picks one, by kind and by what they read."""


def name_room(seed: int, side: int = ROOM_SIDE) -> dict[str, Any]:
    """Return what names a generated room in a recipe.

    Args:
        seed: Its number.
        side: Its pixels a side, which are told where they are not the usual ones.
    """
    return {"room": seed} if side == ROOM_SIDE else {"room": seed, "pixels": side}


def read_room(named: Mapping[str, Any]) -> RoomSample:
    """Return the room that `name_room` names.

    Raises:
        InputError: It names none.
    """
    try:
        seed, side = int(named["room"]), int(named.get("pixels", ROOM_SIDE))
    except (TypeError, ValueError) as error:
        raise InputError(f"a room is a number, got {cut(named['room'])}") from error
    return render_room(seed, (side, side))


def room_side(mango: ModelCard | str | None) -> int:
    """Return the pixels a side of a room for a MANGO.

    Args:
        mango: Its card or its name; None: the one that is taken where nobody picks.

    Raises:
        CheckpointError: It is not there.
    """
    card = mango
    if not isinstance(card, ModelCard):
        card = read_card(card or FIRST_CHECKPOINT)
    return side_for(card.config.get("image_size"))


def name_files(
    rgb: bytes | None, depth: bytes | None, options: ReadingOptions
) -> dict[str, Any]:
    """Return what names a pair of files in a recipe, and how they were read."""
    prints = [None if one is None else _sha256(one) for one in (rgb, depth)]
    return {
        "rgb_sha256": prints[0],
        "depth_sha256": prints[1],
        **options.as_recipe(),
    }


def first_checkpoint(kind: str, *, is_room: bool) -> str:
    """Return the checkpoint for generated rooms, or for photographs where it is there.

    Args:
        kind: `mango` or `alignmamba`.
        is_room: Whether the sample is generated.
    """
    names = FIRST[kind]
    there = {card.name for card in list_checkpoints()}
    wanted = names["room" if is_room else "files"]
    return wanted if wanted in there else names["room"]


def read_sample(
    rgb: Path | None,
    depth: Path | None,
    room: int | None,
    options: ReadingOptions,
    side: int = ROOM_SIDE,
) -> tuple[RGBDSample, dict[str, Any]]:
    """Return a sample from files or a seed, and what names it.

    Args:
        rgb: A picture's file.
        depth: A depth map's.
        room: Or the number of a room.
        options: How files are read.
        side: Pixels a side of the room.

    Raises:
        InputError: Neither or both are given, or a file cannot be read.
    """
    if (room is None) == (rgb is None and depth is None):
        raise InputError("name an RGB picture, a depth map or both, or else a room")
    if room is not None:
        named = name_room(room, side)
        return read_room(named), named
    colours = None if rgb is None else read_file(rgb)
    distances = None if depth is None else read_file(depth)
    reading = read_with_choices(colours, distances, options)
    return reading.sample, name_files(colours, distances, options)


def load_subject(
    sample: RGBDSample,
    named: dict[str, Any],
    checkpoint: str = FIRST_CHECKPOINT,
    *,
    device: str = "auto",
) -> tuple[MangoSubject, SubjectName]:
    """Return a sample as a checkpoint reads it, and what names the two.

    Raises:
        InputError: The checkpoint is no MANGO that names classes.
        CheckpointError: It cannot be loaded.
    """
    model, card = load_mango(checkpoint, device)
    name = SubjectName(checkpoint=checkpoint, weights_sha256=card.sha256, sample=named)
    return MangoSubject(model, sample, statistics_of(checkpoint)), name


def load_mango(checkpoint: str, device: str = "auto") -> tuple[Mango, ModelCard]:
    """Return a MANGO that names classes, and its card.

    Raises:
        InputError: The checkpoint is another model.
        CheckpointError: It cannot be loaded.
    """
    model = open_checkpoint(checkpoint, device)
    if model.card.kind != "mango" or model.config.target:
        raise InputError(
            f"{checkpoint} is no MANGO that names classes, such as {FIRST_CHECKPOINT}"
        )
    return model, model.card


def translates(checkpoint: str) -> bool:
    """Return whether a checkpoint is a MANGO that writes a third modality.

    Raises:
        CheckpointError: It is not there.
    """
    card = read_card(checkpoint)
    return card.kind == "mango" and bool(card.config.get("target"))


def load_translation(
    sample: RGBDSample,
    named: dict[str, Any],
    checkpoint: str,
    *,
    device: str = "auto",
) -> tuple[MangoSubject, SubjectName]:
    """Return a sample as a MANGO that translates reads it, and what names the two.

    Raises:
        InputError: The checkpoint is another model.
        CheckpointError: It cannot be loaded.
    """
    if not translates(checkpoint):
        raise InputError(f"{checkpoint} is no MANGO that translates")
    model = open_checkpoint(checkpoint, device)
    name = SubjectName(
        checkpoint=checkpoint, weights_sha256=model.card.sha256, sample=named
    )
    return MangoSubject(model, sample), name


def read_beside(
    subject: MangoSubject, name: SubjectName, room: int
) -> tuple[MangoSubject, SubjectName]:
    """Return a room as another subject's model reads it, and what names the two."""
    named = name_room(room, side_for(subject.model.config.image_size))
    beside = MangoSubject(subject.model, read_room(named), subject.statistics)
    return beside, replace(name, sample=named)


def load_alignmamba_subject(
    sample: RGBDSample,
    named: dict[str, Any],
    checkpoint: str,
    *,
    device: str = "auto",
) -> tuple[AlignMambaSubject, SubjectName]:
    """Return a sample as an AlignMamba reads it, and what names the two.

    Raises:
        InputError: The checkpoint is no AlignMamba on RGB and depth.
        CheckpointError: It cannot be loaded.
    """
    model, card = load_alignmamba(checkpoint, device)
    name = SubjectName(checkpoint=checkpoint, weights_sha256=card.sha256, sample=named)
    return AlignMambaSubject(model, sample, kin_of(card)), name


def load_alignmamba(
    checkpoint: str, device: str = "auto"
) -> tuple[AlignMamba, ModelCard]:
    """Return an AlignMamba on RGB and depth, and its card.

    Raises:
        InputError: The checkpoint is another model.
        CheckpointError: It cannot be loaded.
    """
    model = open_checkpoint(checkpoint, device)
    fits = model.card.kind == "alignmamba"
    if not fits or set(model.config.names) != {"rgb", "depth"}:
        raise InputError(
            f"{checkpoint} is no AlignMamba on RGB and depth, such as "
            f"{FIRST_ALIGNMAMBA}"
        )
    return model, model.card


def load_pair_subject(
    sample: RGBDSample, name: SubjectName, *, device: str = "auto"
) -> PairSubject:
    """Return a pair as the checkpoints read it that a name has.

    Args:
        sample: RGB, depth or both.
        name: Of at most one MANGO and one AlignMamba.
        device: As `open_checkpoint` takes it.

    Raises:
        InputError: There are other models among them.
        CheckpointError: One cannot be loaded.
    """
    mango, alignmamba = None, None
    if name.checkpoint is not None:
        mango = load_subject(sample, {}, name.checkpoint, device=device)[0].model
    for beside in name.beside:
        aligned, _ = load_alignmamba_subject(sample, {}, beside, device=device)
        alignmamba = aligned.model
    return read_pair(sample, mango, alignmamba)


def check_weights(name: SubjectName) -> None:
    """Refuse a recipe whose weights are no longer those of its checkpoints.

    Raises:
        InputError: They differ.
    """
    made_with = dict(name.beside)
    if name.checkpoint and name.weights_sha256:
        made_with[name.checkpoint] = name.weights_sha256
    for checkpoint, weights in made_with.items():
        if read_card(checkpoint).sha256 != weights:
            raise InputError(
                f"the recipe was made with other weights than {checkpoint} has now"
            )


def statistics_of(checkpoint: str) -> LatentStatistics | None:
    """Return a checkpoint's statistics; exhibits that need them say how to get them."""
    try:
        return load_statistics(checkpoint)
    except CheckpointError:
        return None


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
