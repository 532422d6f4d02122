"""The commands for lessons: which there are, whether they hold, making them quick."""

import time
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import says_what_is_wrong
from fusionviz.errors import FusionvizError, InputError
from fusionviz.whole_files import replace_file

lessons_app = typer.Typer(
    help="Lessons for the classroom: list, check and precompute them.",
    no_args_is_help=True,
)

Name = Annotated[str | None, typer.Argument(help="A lesson's name; all if not given.")]


@lessons_app.command("list")
@says_what_is_wrong
def list_() -> None:
    """List the lessons, with minutes and what they need, and what is wrong with any."""
    from fusionviz.lessons.library import list_lessons

    library = list_lessons()
    for lesson in library.lessons.values():
        needs = f", after {', '.join(lesson.needs)}" if lesson.needs else ""
        typer.echo(
            f"{lesson.name}: {lesson.title} ({lesson.language}, {len(lesson.cards)} "
            f"cards, {lesson.minutes} minutes{needs})"
        )
    for problem in library.problems:
        typer.echo(f"fusionviz: {problem}", err=True)


@lessons_app.command("check")
@says_what_is_wrong
def check(
    file: Annotated[Path, typer.Argument(help="A lesson's TOML.")],
    words_only: Annotated[
        bool, typer.Option("--words-only", help="Compute nothing: the format alone.")
    ] = False,
) -> None:
    """Check a lesson: its format, and by computing it that every number is there."""
    from fusionviz.explain.lesson_check import check_lesson
    from fusionviz.lessons.library import load_lesson

    lesson = load_lesson(file)
    if not words_only:
        for line in check_lesson(lesson):
            typer.echo(line)
    typer.echo(f"{file.name}: {len(lesson.cards)} cards, all well")


@lessons_app.command("warm")
@says_what_is_wrong
def warm(name: Name = None) -> None:
    """Make all exhibits of lessons now, so that every card opens at once.

    They are kept in the cache folder until code, weights or lessons change.
    """
    from fusionviz.explain.lessons import lesson_store
    from fusionviz.lessons.library import list_lessons

    library, store = list_lessons(), lesson_store()
    lessons = [library[name]] if name else list(library.lessons.values())
    failed = 0
    for lesson in lessons:
        start, made = time.perf_counter(), 0
        for call in lesson.calls:
            made += not store.has(call)
            try:
                store.make(call)
            except FusionvizError as error:
                failed += 1
                typer.echo(f"fusionviz: {lesson.name}, {call.kind}: {error}", err=True)
        seconds = time.perf_counter() - start
        typer.echo(
            f"{lesson.name}: {len(lesson.calls)} exhibits, {made} of them made now, "
            f"{seconds:.1f} s"
        )
    if failed:
        raise InputError(f"{failed} exhibits could not be made")


@lessons_app.command("export")
@says_what_is_wrong
def export(
    name: Annotated[str, typer.Argument(help="A lesson's name.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; NAME.html here if not given.")
    ] = None,
) -> None:
    """Write a whole lesson as one HTML file, which opens without a network."""
    from fusionviz.explain.lesson_page import write_page
    from fusionviz.explain.lessons import lesson_store
    from fusionviz.lessons.library import list_lessons

    path = out or Path(f"{name}.html")
    page = write_page(list_lessons()[name], lesson_store().make)
    try:
        replace_file(path, page)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {path}, {len(page.encode()) / 1e6:.1f} MB", err=True)
