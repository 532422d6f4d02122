"""What was measured of a checkpoint: a file beside its weights, theirs alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import safetensors
from numpy.typing import NDArray

from fusionviz.errors import CheckpointError
from fusionviz.models.checkpoints import checkpoint_file, read_card


class OfWeights(Protocol):
    """What knows the weights that it was measured with."""

    @property
    def weights_sha256(self) -> str:
        """Of the file of weights."""
        ...


T = TypeVar("T", bound=OfWeights)


def load_beside_weights(
    name_or_path: str | Path,
    suffix: str,
    command: str,
    read: Callable[[dict[str, str], dict[str, NDArray]], T],
) -> T:
    """Return what is kept beside a checkpoint's weights.

    Args:
        name_or_path: Its name in `checkpoint_folder()`, or the path of one of its
            files.
        suffix: Ending of the file.
        command: Of `python -m fusionviz`, which measures it; the word for it too.
        read: Makes it of the file's header and arrays.

    Raises:
        CheckpointError: There is none, or it is damaged, of another version, or of
            other weights; the sentence says how to measure it.
    """
    card = read_card(name_or_path)
    path = checkpoint_file(name_or_path, suffix)
    cure = f"run `python -m fusionviz {command} {card.name}`"
    if not path.is_file():
        raise CheckpointError(
            f"the {command} of {card.name} have not been measured yet; {cure}"
        )
    try:
        with safetensors.safe_open(path, "np") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        found = read(header, arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); {cure}") from error
    except safetensors.SafetensorError as error:
        raise CheckpointError(f"{path} is damaged ({error}); {cure}") from error
    if found.weights_sha256 != card.sha256:
        raise CheckpointError(
            f"{path.name} was measured with other weights than {card.name} has now; "
            f"{cure}"
        )
    return found
