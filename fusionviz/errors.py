"""What bad input gets: one clear sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class FusionvizError(Exception):
    """Base of every error that fusionviz raises on purpose.

    Its text is one sentence fit to be shown to a user.
    """


class InputError(FusionvizError):
    """A file or a pair of files that cannot be used, and why."""


class CheckpointError(FusionvizError):
    """A checkpoint that is missing, damaged or of another version."""


class MemoryLackError(InputError):
    """Work that needs more memory than there is, and what smaller work would do."""


class ModelServerError(FusionvizError):
    """A model server that does not answer, and what to do."""


NO_TABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What making a record of a table of JSON raises that is none of it."""

_LONGEST, _LONGEST_VALUE = 300, 80
_MEMORY_WORDS = (
    *("can't allocate memory", "out of memory", "cannot allocate memory"),
    *("insufficient memory", "failed to allocate", "unable to allocate"),
)
"""What torch, OpenCV and others say of it, which raise no MemoryError."""


def one_line(error: Exception) -> str:
    """Return what an error says as a part of a sentence: on one line, and not long."""
    text = "".join(one if one.isprintable() else " " for one in str(error))
    whole = " ".join(text.split()).rstrip(".") or type(error).__name__
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…"


def cut(value: object) -> str:
    """Return a value of a file as a part of a sentence: as it is typed, not long."""
    return repr(value)[:_LONGEST_VALUE]


def is_of_memory(error: BaseException) -> bool:
    """Return whether an error says that there was not enough memory."""
    if isinstance(error, MemoryError):
        return True
    told = str(error).lower()
    return any(words in told for words in _MEMORY_WORDS)


@contextmanager
def says_memory_lacks(what: str, cure: str) -> Iterator[None]:
    """Turn a lack of memory inside into a sentence; the process lives on.

    Args:
        what: Cannot be done, in a sentence.
        cure: What to do, in a sentence: something smaller.

    Raises:
        MemoryLackError: There was not enough memory.
    """
    try:
        yield
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_of_memory(error):
            raise
        raise MemoryLackError(
            f"{what}: there is not enough memory for it; {cure}."
        ) from error
