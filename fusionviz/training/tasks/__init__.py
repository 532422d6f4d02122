"""The tasks by name.

Adding one is a file here with a subclass of `fusionviz.training.task.Task`, and its
line in `TASKS`; with a recipe that asks for it, nothing else has to change.
"""

from collections.abc import Mapping
from typing import Any

from fusionviz.errors import InputError
from fusionviz.training.task import Task
from fusionviz.training.tasks.alignmamba_dense import AlignMambaDenseTask
from fusionviz.training.tasks.alignmamba_sequence import AlignMambaSequenceTask
from fusionviz.training.tasks.film_genres import FilmGenresTask
from fusionviz.training.tasks.film_tokens import FilmTokensTask
from fusionviz.training.tasks.mango_codec import MangoCodecTask
from fusionviz.training.tasks.mango_flow import MangoFlowTask
from fusionviz.training.tasks.mango_translation import MangoTranslationTask
from fusionviz.training.tasks.token_segmentation import TokenSegmentationTask

TASKS: dict[str, type[Task]] = {
    "alignmamba-dense": AlignMambaDenseTask,
    "alignmamba-sequence": AlignMambaSequenceTask,
    "film-genres": FilmGenresTask,
    "film-tokens": FilmTokensTask,
    "mango-codec": MangoCodecTask,
    "mango-flow": MangoFlowTask,
    "mango-translation": MangoTranslationTask,
    "token-segmentation": TokenSegmentationTask,
}


def register_task(name: str, task: type[Task]) -> None:
    """Make a task known by a name: to recipes, cards and commands."""
    TASKS[name] = task


def make_task(name: str, options: Mapping[str, Any] | None = None) -> Task:
    """Return the task `name`, made with `options`.

    Raises:
        InputError: There is no such task, or it takes no such options.
    """
    if name not in TASKS:
        raise InputError(f"there is no task {name!r}; there are: {', '.join(TASKS)}")
    try:
        return TASKS[name](**(options or {}))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"task {name!r} cannot be made with {options}: {error}"
        ) from error
