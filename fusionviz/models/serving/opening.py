"""Opening a checkpoint: its model here, or what stands for it on a model server."""

from pathlib import Path
from typing import Any

from fusionviz.models.checkpoints import load_checkpoint, read_card
from fusionviz.models.serving.server import named_server
from fusionviz.models.serving.stand_ins import STAND_INS, stand_in


def open_checkpoint(name_or_path: str | Path, device: str = "auto") -> Any:  # noqa: ANN401
    """Return the model of a checkpoint, ready for use, with its card as `card`.

    Where `FUSIONVIZ_MODEL_SERVER` names a model server, that is asked, and has the
    weights: here is what stands for the model. Kinds of model that it does not know
    are loaded here all the same.

    Args:
        name_or_path: As `load_checkpoint` takes it; a server knows names.
        device: As `load_checkpoint` takes it. A server has its own.

    Raises:
        CheckpointError: It is missing, damaged or of another version.
        InputError: There is no such device, or the server's address is none.
        ModelServerError: The server is asked, and does not answer.
    """
    server = named_server()
    if server is not None:
        card = read_card(name_or_path)
        if card.kind in STAND_INS:
            return stand_in(card, server)
    return load_checkpoint(name_or_path, device)
