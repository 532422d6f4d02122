"""Checkpoints: NAME.safetensors with the weights, NAME.json with the model card.

Weights are safetensors only: reading them runs no code.
"""

import hashlib
import os
import threading
import time
import warnings
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from fusionviz.errors import (
    CheckpointError,
    InputError,
    is_of_memory,
    one_line,
    says_memory_lacks,
)
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.factory import (
    UNFIT,
    check_config,
    describe_model,
    make_model,
    pick_device,
)
from fusionviz.models.mango.layers.lu import join_triangles, part_triangles
from fusionviz.places import PROJECT
from fusionviz.whole_files import read_once, replace_file

__all__ = [
    "Estimate",
    "ModelCard",
    "checkpoint_file",
    "checkpoint_folder",
    "list_checkpoints",
    "load_checkpoint",
    "pick_device",
    "read_card",
    "read_cards",
    "save_checkpoint",
]


CURE = "get both of its files anew, or train it again"
"""What to do with a checkpoint that cannot be used."""

MEMORY_CURE = "close other programs, or choose a checkpoint with fewer parameters"

LOOK_SECONDS = 5.0
"""How long a folder's cards are taken for what was read of them.

One that comes, goes or is replaced by another file is seen at once, one whose file is
written over in place after this time. Every page lists the cards several times.
"""

_MOST_FOLDERS = 8


@dataclass(frozen=True)
class _Listing:
    """The cards of a folder as they were read."""

    stamp: int | None
    seconds: float
    cards: tuple[ModelCard, ...]
    problems: tuple[str, ...]


_listings: dict[Path, _Listing] = {}
_look = threading.Lock()


def checkpoint_folder() -> Path:
    """Return `$FUSIONVIZ_CHECKPOINTS`, or `checkpoints/` of the project."""
    named = os.environ.get("FUSIONVIZ_CHECKPOINTS")
    return Path(named) if named else PROJECT / "checkpoints"


def list_checkpoints(folder: Path | str | None = None) -> tuple[ModelCard, ...]:
    """Return the cards of a folder by name; one that cannot be read is warned about.

    Args:
        folder: Where to look; `checkpoint_folder()` if not given.
    """
    cards, problems = read_cards(folder)
    for problem in problems:
        warnings.warn(problem, stacklevel=2)
    return cards


def read_cards(
    folder: Path | str | None = None,
) -> tuple[tuple[ModelCard, ...], tuple[str, ...]]:
    """Return the cards of a folder by name, and why others cannot be read.

    Args:
        folder: Where to look; `checkpoint_folder()` if not given.

    Returns:
        Cards, and a sentence for each file that holds none.
    """
    place = Path(folder or checkpoint_folder()).absolute()
    listing = _listings.get(place)
    if listing is None or not _holds(listing, place):
        with _look:  # one looks, those who wait for it find what it found
            listing = _listings.get(place)
            if listing is None or not _holds(listing, place):
                listing = _list(place)
    return listing.cards, listing.problems


def _holds(listing: _Listing, folder: Path) -> bool:
    is_new = time.monotonic() - listing.seconds < LOOK_SECONDS
    return is_new and listing.stamp == _changed(folder)


def _changed(path: Path) -> int | None:
    """Return when a file, or what is in a folder, was changed last, in nanoseconds."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _list(folder: Path) -> _Listing:
    stamp, seconds = _changed(folder), time.monotonic()
    cards, problems = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            cards.append(read_card(path))
        except CheckpointError as error:
            problems.append(str(error))
    if len(_listings) >= _MOST_FOLDERS:
        _listings.clear()
    listing = _Listing(stamp, seconds, tuple(cards), tuple(problems))
    _listings[folder] = listing
    return listing


def read_card(name_or_path: str | Path) -> ModelCard:
    """Return the card of a checkpoint.

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.

    Raises:
        CheckpointError: It is missing, damaged or of another version.
    """
    path = checkpoint_file(name_or_path, ".json")
    try:
        card = _card_in(path)
    except FileNotFoundError as error:
        cards = path.parent.glob("*.json")
        known = ", ".join(
            sorted(
                one.stem for one in cards if one.with_suffix(".safetensors").exists()
            )
        )
        raise CheckpointError(
            f"there is no checkpoint {path.stem!r} in {path.parent}; there are: "
            f"{known or 'none'}"
        ) from error
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"the card {path} cannot be read: {one_line(error)}; {CURE}"
        ) from error
    return card


@read_once(most=256)
def _card_in(path: Path) -> ModelCard:
    """Return the card in a file.

    Raises:
        CheckpointError: It is of another checkpoint, or of another version.
        OSError: It cannot be read.
        ValueError: It is damaged.
    """
    card = ModelCard.from_json(path.read_text(encoding="utf-8"))
    if card.name != path.stem:
        raise CheckpointError(
            f"the card {path} is of {card.name[:80]!r}: give its files that name, or "
            f"the card the name {path.stem!r}"
        )
    try:
        check_config(card.kind, card.config)
    except InputError as error:
        raise CheckpointError(_misfit(card.name, error)) from error
    return card


def load_checkpoint(name_or_path: str | Path, device: str = "auto") -> Any:  # noqa: ANN401
    """Return the model of a checkpoint, ready for use.

    It is in evaluation mode, needs no gradients, and has its `ModelCard` as `card`.

    >>> model = load_checkpoint("mango-rooms", device="cpu")
    >>> model.card.task, model.config.modalities
    ('mango-flow', ('rgb', 'depth'))

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.
        device: As `pick_device` takes it.

    Raises:
        CheckpointError: It is missing, damaged or of another version.
        InputError: There is no such device.
    """
    place = pick_device(device)
    card = read_card(name_or_path)
    path = checkpoint_file(name_or_path, ".safetensors")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"the weights {path} cannot be read: {error}; {CURE}"
        ) from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise CheckpointError(
            f"the weights {path} are not those that the card describes: the file is "
            f"damaged or was replaced; {CURE}"
        )
    with says_memory_lacks(f"{card.name} cannot be loaded", MEMORY_CURE):
        try:
            weights = part_triangles(safetensors.torch.load(content))
            model = make_model(card.kind, card.config, weights=weights)
            model.load_state_dict(weights)
        except (*UNFIT, safetensors.SafetensorError) as error:
            if is_of_memory(error):
                raise
            raise CheckpointError(_misfit(card.name, error)) from error
        ready: Any = model.to(place).eval().requires_grad_(False)
    ready.card = card
    return ready


def _misfit(name: str, error: Exception) -> str:
    """Return in a sentence that a checkpoint is of another version, or damaged."""
    why = one_line(error)
    return f"checkpoint {name!r} does not fit this version of fusionviz: {why}; {CURE}"


def save_checkpoint(
    model: nn.Module,
    card: ModelCard,
    folder: Path | str | None = None,
    *,
    log: Path | None = None,
) -> ModelCard:
    """Write a model's weights, card and training log, and return the card as written.

    What a model's `stored_in_half` names is written in 16 bits, and read back into 32.

    Args:
        model: One of a kind in `fusionviz.models.factory.KINDS`.
        card: Its card; kind, config, parameters, log and sha256 are filled in here.
        folder: Where to; `checkpoint_folder()` if not given. Made if it is not there.
        log: The training log to copy beside the card.
    """
    target = Path(folder or checkpoint_folder())
    target.mkdir(parents=True, exist_ok=True)
    weights = {
        name: _as_stored(model, name, tensor.detach().cpu()).clone().contiguous()
        for name, tensor in model.state_dict().items()
    }
    content = safetensors.torch.save(join_triangles(weights), {"name": card.name})
    kind, config = describe_model(model)
    card = replace(
        card,
        kind=kind,
        config=config,
        parameters=sum(item.numel() for item in model.parameters()),
        log=f"{card.name}.log.csv" if log else "",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    if log:
        replace_file(target / card.log, log.read_bytes())
    replace_file(target / f"{card.name}.safetensors", content)
    replace_file(target / f"{card.name}.json", card.to_json().encode())
    return card


@torch.no_grad()
def round_weights(model: nn.Module) -> None:
    """Round a model's weights to what is stored of them, so that this is measured."""
    for name, tensor in model.state_dict().items():
        tensor.copy_(_as_stored(model, name, tensor))


def _as_stored(model: nn.Module, name: str, tensor: Tensor) -> Tensor:
    """Return a tensor in the type that it is stored in."""
    if not tensor.is_floating_point():
        return tensor
    halved = getattr(model, "stored_in_half", ())
    is_halved = any(fnmatchcase(name, f"{part}.*") for part in halved)
    is_kept = bool({*name.split(".")[1:]} & {*getattr(model, "stored_in_full", ())})
    return tensor.half() if is_halved and not is_kept else tensor


def checkpoint_file(name_or_path: str | Path, suffix: str) -> Path:
    """Return the path of one of a checkpoint's files.

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.
        suffix: Of the file: `.json`, `.safetensors`, ...
    """
    path = Path(name_or_path)
    if path.suffix in (".json", ".safetensors"):
        return path.with_suffix(suffix)
    is_name = path.name == str(path)
    folder = checkpoint_folder() if is_name else path.parent
    return folder / f"{path.name}{suffix}"
