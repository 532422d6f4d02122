"""Write exhibits as files: the whole analysis of a pair without a browser."""

import html
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from fusionviz.errors import FusionvizError, InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import (
    Exhibit,
    ExhibitKind,
    FigureRecipe,
    Request,
    SubjectName,
)
from fusionviz.explain.files import to_csv, to_npz, versions
from fusionviz.lessons.markup import to_html
from fusionviz.scaling.pace import in_words
from fusionviz.whole_files import replace_file

PICTURE_SIZE = {"width": 1600, "height": 620}
"""Pixels of a PNG before its scale, and of an SVG."""

PLOTLY = "plotly.min.js"
"""What pages of figures load from their folder, by the name that plotly gives it."""

LONG = 20
"""How many quick figures take as long as one of those that pages ask for first."""

SAMPLE_WORDS = {
    "room": "room",
    "utterance": "utterance",
    "mosi_video": "video",
    "typed": "typed text",
}
"""What samples that have a name are called, by what names them."""

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureRequest:
    """A figure that is to be made.

    Attributes:
        recipe: Names the kind, the controls and what it is of.
        subject: What the recipe's `subject` names.
        other: What its `other` names, where it compares.
    """

    recipe: FigureRecipe
    subject: Any
    other: Any = None


def make_again(
    recipe: FigureRecipe,
    subject: Any,  # noqa: ANN401 - of the kind's subject
    other: Any = None,  # noqa: ANN401
) -> Exhibit:
    """Return the exhibit that a recipe is of.

    Args:
        recipe: Names the kind and the controls.
        subject: What the recipe's `subject` names.
        other: What its `other` names, where it compares.

    Raises:
        InputError: There is no such exhibit, or a control is refused.
    """
    kind = exhibit_kind(recipe.exhibit)
    controls = kind.controls.from_json(recipe.controls)
    return kind.make(Request(subject=subject, controls=controls, other=other))


def default_recipe(
    kind: ExhibitKind[Any, Any],
    subject: SubjectName,
    other: SubjectName | None = None,
) -> FigureRecipe:
    """Return the recipe of an exhibit as its page opens it."""
    return FigureRecipe(
        exhibit=kind.name,
        subject=subject,
        controls=asdict(kind.controls()),
        other=other,
        versions=versions(),
    )


def write_exhibit(
    folder: Path,
    exhibit: Exhibit,
    recipe: FigureRecipe,
    *,
    pictures: bool,
    plotly: str = "directory",
) -> list[Path]:
    """Write an exhibit's files and return their paths.

    Args:
        folder: It is there.
        exhibit: What to write: HTML that moves, NPZ, CSV where it has a table, and
            JSON with its recipe, numbers and words.
        recipe: What made it.
        pictures: Whether to write SVG and PNG too, which needs a Chrome.
        plotly: Where the HTML finds plotly.js: a path from the folder (see
            `write_plotly`), or `directory`, which puts it into the folder.
    """
    stem = folder / recipe.exhibit
    files: dict[str, bytes] = {
        ".json": _told(exhibit, recipe).encode(),
        ".npz": to_npz(exhibit.arrays, recipe),
    }
    if exhibit.table is not None:
        files[".csv"] = to_csv(exhibit.table)
    height = exhibit_kind(recipe.exhibit).height_of(exhibit)
    figure = go.Figure(exhibit.figure).update_layout(
        paper_bgcolor="white", height=height
    )
    if pictures:
        for ending in ("svg", "png"):
            files[f".{ending}"] = figure.to_image(
                format=ending, scale=1.5 if ending == "png" else 1, **PICTURE_SIZE
            )
    paths = []
    for ending, data in files.items():
        paths.append(stem.with_suffix(ending))
        replace_file(paths[-1], data)
    page = stem.with_suffix(".html")
    source = figure.to_html(
        include_plotlyjs=plotly, full_html=True, div_id=recipe.exhibit
    )
    replace_file(page, source)
    if plotly == "directory":
        write_plotly(folder)
    return [page, *paths]


def write_plotly(folder: Path) -> Path:
    """Write plotly.js for the figures of many folders; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path, source = folder / PLOTLY, get_plotlyjs().encode()
    if not path.is_file() or path.stat().st_size != len(source):
        replace_file(path, source)
    return path


def write_index(folder: Path, title: str, made: Mapping[str, Exhibit]) -> Path:
    """Write a page that shows all exhibits with how to read them."""
    parts = [
        f"<h2>{html.escape(exhibit_kind(name).title)}</h2>"
        f'<iframe src="{name}.html" title="{html.escape(one.alt, quote=True)}">'
        f"</iframe>{to_html(one.caption, maths=False)}"
        for name, one in made.items()
    ]
    path = folder / "index.html"
    replace_file(
        path,
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>body{{font:16px/1.5 sans-serif;"
        "max-width:1400px;margin:auto;padding:1rem}iframe{width:100%;height:640px;"
        "border:0}p{white-space:pre-line;max-width:75ch}</style>"
        f"<h1>{html.escape(title)}</h1>{''.join(parts)}</html>\n",
    )
    return path


def find_chrome() -> bool:
    """Return whether figures can be written as pictures."""
    try:
        from choreographer.browsers.chromium import Chromium
    except ImportError:
        return False
    return Chromium.find_browser(skip_local=False) is not None


def explain(
    folder: Path, requests: Sequence[FigureRequest], tell: Tell
) -> dict[str, Exhibit]:
    """Write each exhibit and the page that shows them; return what was made.

    Those that take long come last.

    Args:
        folder: Where to write; made where it is not there.
        requests: At least one, all of one sample.
        tell: Told what is written and what cannot be made, a line each.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} is no folder to write to: {error}") from error
    pictures = find_chrome()
    if not pictures:
        tell("no Chrome or Chromium found: writing HTML, without PNG and SVG")
    made, began = {}, time.monotonic()
    ordered = sorted(requests, key=_effort)
    for number, one in enumerate(ordered, start=1):
        name = one.recipe.exhibit
        try:
            exhibit = make_again(one.recipe, one.subject, one.other).drawn()
        except FusionvizError as error:
            tell(f"{number} of {len(ordered)} · {name}: {error}")
            continue
        write_exhibit(folder, exhibit, one.recipe, pictures=pictures)
        left = _left(ordered, number, time.monotonic() - began)
        tell(f"{number} of {len(ordered)}{left} · {name}: {exhibit.alt}")
        made[name] = exhibit
    if not made:
        raise InputError("nothing could be made")
    names = [one.recipe.exhibit for one in requests]
    in_order = {name: made[name] for name in names if name in made}
    write_index(folder, f"fusionviz: {title_of(requests)}", in_order)
    return in_order


def _effort(request: FigureRequest) -> int:
    """Return about how long a figure takes, in that of a quick one."""
    return LONG if exhibit_kind(request.recipe.exhibit).is_long else 1


def _left(requests: Sequence[FigureRequest], done: int, seconds: float) -> str:
    """Return in words how long the rest takes, at the pace so far."""
    efforts = [_effort(one) for one in requests]
    rest = seconds * sum(efforts[done:]) / sum(efforts[:done])
    return f" · {in_words(rest)} left" if rest else ""


def title_of(requests: Sequence[FigureRequest]) -> str:
    """Return what exhibits are of, in words."""
    names = {one.recipe.subject.checkpoint for one in requests} - {None}
    return describe_subject(requests[0].recipe.subject, tuple(map(str, names)))


def describe_subject(subject: SubjectName, checkpoints: Sequence[str] = ()) -> str:
    """Return what a subject is, in words.

    Args:
        subject: Its name.
        checkpoints: That read it; its own if not given.
    """
    sample = subject.sample
    if "runs_sha256" in sample:
        return f"what length costs, {' and '.join(sample['runs_sha256'])}"
    if "robustness" in sample:
        return f"what is lost on {sample['robustness']} when modalities fail"
    if "arrays_sha256" in sample:
        return "arrays of another model"
    if "live_model" in sample:
        return f"{sample['live_model']}, live"
    what = "files of a reader"
    for key, word in SAMPLE_WORDS.items():
        if key in sample:
            what = f"{word} {sample[key]}"
    own = () if subject.checkpoint is None else (subject.checkpoint,)
    readers = " and ".join(sorted(checkpoints or own))
    return f"{what}, read by {readers or 'no model'}"


def _told(exhibit: Exhibit, recipe: FigureRecipe) -> str:
    table = {
        "recipe": json.loads(recipe.to_json()),
        "numbers": dict(exhibit.numbers),
        "alt": exhibit.alt,
        "caption": exhibit.caption,
    }
    return json.dumps(table, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
