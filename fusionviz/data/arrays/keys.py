"""The keys of a file of arrays: what each holds, and which page shows it."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

TOKENS, LABELS = "tokens_", "labels_"
"""What keys begin with that end in a modality's name."""

BETWEEN, CLASSES = "plan_between", "classes"

ATTENTION_WORDS = (
    *("tokens", "query_tokens", "key_tokens"),
    *("modality", "query_modality", "key_modality"),
    "grid",
)
"""Keys that say what rows and columns of `attention` are."""


@dataclass(frozen=True, kw_only=True)
class ArrayKey:
    """One key of a file.

    Attributes:
        name: As it stands in the file; `NAME` is a modality's.
        axes: What its axes are.
        says: What it holds.
        pages: Titles of the pages that it lights up.
    """

    name: str
    axes: str
    says: str
    pages: tuple[str, ...]

    @property
    def title(self) -> str:
        """The key with its axes."""
        return f"{self.name} {self.axes}"


KEYS = (
    ArrayKey(
        name="attention",
        axes="(layer, head, query, key)",
        says="weights after the softmax; NaN where reading is masked",
        pages=("Attention",),
    ),
    ArrayKey(
        name="plan",
        axes="(source, target)",
        says="a transport plan: mass from each source token to each target token",
        pages=("Transport",),
    ),
    ArrayKey(
        name="tokens_NAME",
        axes="(token, channel)",
        says="tokens of a modality, such as `tokens_text`",
        pages=("Distributions", "Transport"),
    ),
    ArrayKey(
        name="latents",
        axes="(token, channel)",
        says="latents, of any number of axes before the channels",
        pages=("Latents",),
    ),
    ArrayKey(
        name="prediction",
        axes="(class,), (class, height, width) or (height, width)",
        says="scores of classes, of each pixel's, or whole numbers: each pixel's class",
        pages=("Inputs",),
    ),
    ArrayKey(
        name="rgb",
        axes="(height, width, 3)",
        says="colours, uint8 or 0 to 1",
        pages=("Inputs",),
    ),
    ArrayKey(
        name="depth",
        axes="(height, width)",
        says="metres as floating-point numbers; NaN or 0 where unmeasured",
        pages=("Inputs",),
    ),
)
"""What lights up a page."""

BY_NAME = {key.name: key for key in KEYS}

WORDS = (
    ArrayKey(
        name="labels_NAME",
        axes="(token,)",
        says="what the tokens of `tokens_NAME`, or of a side of `plan`, are called",
        pages=("Transport",),
    ),
    ArrayKey(
        name=BETWEEN,
        axes="(2,)",
        says="names of the modality that is sent and of the one it is sent to",
        pages=("Transport",),
    ),
    ArrayKey(
        name=CLASSES,
        axes="(class,)",
        says="names of the classes of `prediction`",
        pages=("Inputs",),
    ),
    ArrayKey(
        name="tokens, modality, grid",
        axes="(token,), (token,), (2,)",
        says="labels and modalities of the tokens of `attention`, and rows and columns "
        "of the picture that a modality's tokens fill; `query_tokens`, `key_tokens`, "
        "`query_modality` and `key_modality` where the two sides differ",
        pages=("Attention",),
    ),
)
"""What keys of text say of the others; all may be absent."""


_NAMES = (*BY_NAME, BETWEEN, CLASSES, *ATTENTION_WORDS)


def is_known(name: str) -> bool:
    """Whether a key is read."""
    return name in _NAMES or any(
        name.startswith(one) and len(name) > len(one) for one in (TOKENS, LABELS)
    )


def meant(name: str) -> str:
    """Return the key that an unknown one may have been meant for, else nothing."""
    return next(iter(get_close_matches(name.lower(), _NAMES, n=1, cutoff=0.7)), "")


def say_unknown(name: str) -> str:
    """Return that a key is not read, and which one may have been meant."""
    near = meant(name)
    guess = f"; perhaps {near} is meant" if near else ""
    return f"There is no key of this name, so it is left out{guess}."


def pages_of(name: str) -> tuple[str, ...]:
    """Return the titles of the pages that a key lights up."""
    key = BY_NAME.get("tokens_NAME" if name.startswith(TOKENS) else name)
    return () if key is None else key.pages


def wanting(page: str) -> tuple[ArrayKey, ...]:
    """Return the keys that light a page up, by its title."""
    return tuple(key for key in KEYS if page in key.pages)


def say_absent(page: str, there: Collection[str]) -> str:
    """Return in a sentence which keys would light a page up.

    Args:
        page: Its title.
        there: Keys that there are.
    """
    wanted = [key.title for key in wanting(page)]
    named = wanted[0] if len(wanted) == 1 else f"any of {'; '.join(wanted)}"
    return (
        f"{page} shows {named}: none is among these arrays, which are "
        f"{', '.join(there) or 'none'}."
    )
