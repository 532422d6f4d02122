"""How a model's guess of a missing modality is usually off."""

from fusionviz.models.mango import Mango
from fusionviz.models.mango.guess_error import GuessError, guess_error
from fusionviz.training.usual_tokens import Progress, usual_tokens


def usual_guess_error(
    model: Mango, missing: str, *, progress: Progress | None = None
) -> GuessError:
    """Return the covariance of what a model's guess is off on training rooms.

    Draws are right with any covariance, and quick with a fitting one: so rooms serve
    models that were trained on other pictures too.

    Args:
        model: Its weights are taken not to change.
        missing: Which of its modalities is guessed.
        progress: Told after every few rooms.

    Raises:
        FusionvizError: It was ended by `progress`: a few rooms are not enough.
    """
    tokens = usual_tokens(model, "rooms", progress=progress)
    return guess_error(model, tokens, missing)
