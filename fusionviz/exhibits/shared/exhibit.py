"""What an exhibit is, what it is asked with, and the recipe that makes it again."""

import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Generic, Literal, Self

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from typing_extensions import TypeVar

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import NO_TABLE, InputError, cut, one_line

RECIPE_FORMAT = 1
"""Raised when older recipes can no longer be read."""

HEIGHT = 398
"""Of most pictures: one, and what can be set on it, are seen at once at 1280x800."""

Progress = Callable[[float, str], bool]
"""Told the share that is done and what is being done; ends the work by False."""


class Drawing:
    """A figure that is drawn when somebody first asks for it, and kept.

    What it is drawn from is let go then. Threads that ask together wait for one.

    Args:
        draw: Draws it.
    """

    def __init__(self, draw: Callable[[], go.Figure]) -> None:
        self._draw: Callable[[], go.Figure] | None = draw
        self._figure: go.Figure | None = None
        self._lock = threading.Lock()

    def __call__(self) -> go.Figure:
        """Return the figure."""
        with self._lock:
            if self._draw is not None:
                self._figure = self._draw()
                self._draw = None
            return self._figure


@dataclass(frozen=True, kw_only=True, eq=False)
class Exhibit:
    """One picture, and all that goes with it.

    The picture is drawn when it is first asked for: numbers and arrays alone need none.

    Attributes:
        draw: Returns the picture, the same one each time.
        alt: What it shows, for those who do not see it.
        caption: How to read it, in Markdown, with the numbers of the case at hand.
        formula: In LaTeX, None where there is none.
        numbers: What the picture says in numbers, by name; units are in the names.
        arrays: What the picture is drawn from, by name: the NPZ.
        table: Columns of equal length: the CSV; None where there is no table.
        height: Of the picture, where its content asks for another than its kind has.
    """

    draw: Callable[[], go.Figure]
    alt: str
    caption: str
    formula: str | None = None
    numbers: Mapping[str, float | int | str] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    table: Mapping[str, Sequence[Any] | NDArray[Any]] | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        """Draw once, however often the picture is asked for."""
        if not isinstance(self.draw, Drawing):
            object.__setattr__(self, "draw", Drawing(self.draw))

    @property
    def figure(self) -> go.Figure:
        """The picture."""
        return self.draw()

    def drawn(self) -> Self:
        """Return the exhibit with its picture drawn, to be kept or shown."""
        self.draw()
        return self


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What a reader can set on an exhibit: frozen, all fields have defaults.

    Subclasses hold numbers, words, booleans, and tuples of these, nothing else, and
    check them in `__post_init__`.
    """

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> "Controls":
        """Return the controls of a recipe.

        Raises:
            InputError: There is no such control, or a value is refused.
        """
        known = {one.name for one in fields(cls)}
        unknown = sorted(set(table) - known)
        if unknown:
            raise InputError(
                f"controls are {sorted(known) or 'none'}, got {', '.join(unknown)}"
            )
        values = {name: _frozen(value) for name, value in table.items()}
        for one in fields(cls):
            if one.name in values and not _is_like(values[one.name], one.default):
                got = cut(values[one.name])
                raise InputError(f"{one.name} is like {one.default!r}, got {got}")
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise InputError(one_line(error)) from error


C = TypeVar("C", bound=Controls)
S = TypeVar("S", default=MangoSubject)

Reads = Literal[
    "pair",
    "mango",
    "translation",
    "alignmamba",
    "tokens",
    "attention",
    "arrays",
    "robustness",
    "failures",
    "scaling",
    "film",
]
"""Kinds of subject: a pair with what a MANGO and an AlignMamba say of it; a sample as
a MANGO, a MANGO that translates or an AlignMamba reads it; one whose tokens are an
AlignMamba's or features without a model; attention arrays; all arrays of a model of
one's own; a report of what is lost when modalities fail, or a sample as all models read
it then; runs over length; or a film as a MANGO reads it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Request(Generic[C, S]):
    """What an exhibit is made from.

    Attributes:
        subject: A sample as a model reads it: a `MangoSubject` unless its kind says
            otherwise.
        controls: What the reader set.
        other: A second subject, for exhibits that compare.
        progress: Whom to tell how far long work is.
    """

    subject: S
    controls: C
    other: S | None = None
    progress: Progress | None = None

    def tell(self, share: float, doing: str) -> bool:
        """Tell how far the work is; return whether to go on."""
        return self.progress is None or self.progress(share, doing)


@dataclass(frozen=True, kw_only=True)
class ExhibitKind(Generic[C, S]):
    """A kind of picture: what makes it, and what it is asked with.

    Attributes:
        name: Page and subject, as in `latents-traverse`; part of file names.
        title: What it is called on its page.
        controls: Class of its controls.
        make: Makes it; pure: equal requests give equal exhibits.
        needs_other: Whether it compares two subjects.
        is_long: Whether it takes seconds, so that it has to be asked for.
        reads: What kind of subject it is of.
        height: Of its picture, in pixels where the window is 1280 wide.
    """

    name: str
    title: str
    controls: type[C]
    make: Callable[[Request[C, S]], Exhibit]
    needs_other: bool = False
    is_long: bool = False
    reads: Reads = "mango"
    height: int = HEIGHT

    def height_of(self, exhibit: Exhibit) -> int:
        """Return the height of an exhibit's picture: its own, else that of its kind."""
        return exhibit.height or self.height


@dataclass(frozen=True, kw_only=True)
class SubjectName:
    """What names a subject in a recipe.

    Attributes:
        checkpoint: Name of the checkpoint; None where the file has no model.
        weights_sha256: Of its file of weights, None likewise.
        sample: `{"room": seed}`, or the SHA-256 of each file of an uploaded pair and
            how they are read: `{"rgb_sha256", "depth_sha256", "depth_unit", ...}` (as
            `ReadingOptions.as_recipe` says); of
            attention that was brought `{"attention_sha256"}`; of a model's arrays
            `{"arrays_sha256"}`; of sequences
            `{"utterance": seed}`, `{"mosi_video": id}`, `{"mosi_words": id}`,
            `{"typed": sentence, "how": what its words become}` or, by name of the
            file, `{"sequences_sha256": {name: sha256}}`; of runs over
            length `{"runs_sha256": {name: sha256}}`; of a report on robustness
            `{"robustness": data set, "sha256": of its JSON}`; of a film
            `{"poster_sha256", "plot"}`.
        beside: Other checkpoints that read the sample too: by name, the SHA-256 of
            their weights.
    """

    checkpoint: str | None
    weights_sha256: str | None
    sample: Mapping[str, Any]
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FigureRecipe:
    """All that is needed to make an exhibit again.

    Attributes:
        exhibit: Name of its kind.
        subject: What it shows.
        controls: What the reader set, by name; randomness has a `seed` among them.
        other: The second subject, where it compares.
        versions: Of fusionviz and torch.
        format: `RECIPE_FORMAT` of when it was written.
    """

    exhibit: str
    subject: SubjectName
    controls: Mapping[str, Any]
    other: SubjectName | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    format: int = RECIPE_FORMAT

    def to_json(self) -> str:
        """Return the recipe as JSON text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "FigureRecipe":
        """Return the recipe that a JSON text holds.

        Raises:
            InputError: It is no recipe, or of another format.
        """
        try:
            table = json.loads(text)
            if table["format"] != RECIPE_FORMAT:
                raise InputError(
                    f"this recipe has format {cut(table['format'])}; this fusionviz "
                    f"reads {RECIPE_FORMAT}"
                )
            other = table.get("other")
            return cls(
                exhibit=table["exhibit"],
                subject=SubjectName(**table["subject"]),
                controls={k: _frozen(v) for k, v in dict(table["controls"]).items()},
                other=None if other is None else SubjectName(**other),
                versions=table.get("versions", {}),
            )
        except NO_TABLE as error:
            raise InputError(
                f"this is no recipe of a figure: {one_line(error)}"
            ) from error


def as_number(value: Any) -> float | int:  # noqa: ANN401 - any number of numpy's
    """Return one of numpy's numbers as one of Python's, for JSON."""
    return np.asarray(value).item()


def _is_like(value: Any, default: Any) -> bool:  # noqa: ANN401 - of JSON
    """Return whether a value is of the kind that a control's default is of."""
    if isinstance(default, tuple):
        inside = default[:1] * len(value) if isinstance(value, tuple) else ()
        return isinstance(value, tuple) and all(map(_is_like, value, inside))
    if isinstance(default, float):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value)
    if isinstance(default, bool | int | str):
        return type(value) is type(default)
    return True


def _frozen(value: Any) -> Any:  # noqa: ANN401
    """Return a list of JSON as the tuple that it was."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
