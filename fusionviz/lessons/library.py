"""Which lessons there are: those that ship, and those of a folder of one's own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from fusionviz.errors import InputError
from fusionviz.lessons.reading import LessonError, read_lesson
from fusionviz.lessons.records import Lesson

SHIPPED = Path(__file__).resolve().parent

VARIABLE = "FUSIONVIZ_LESSONS"
"""Names a folder of one's own lessons; one of a name that ships takes its place."""

DOOR = "tour"
"""The short lesson for those who are new here."""

ORDER = (
    "invertible",
    "partitions",
    "attention",
    "transport",
    "distance",
    "missing",
    "cost",
    "likelihood",
)
"""In which lessons that ship are told, after the one for those who are new."""

NO_LESSONS = {"words", "phrases"}
"""TOML files beside the lessons that are none."""


@dataclass(frozen=True, kw_only=True)
class Library:
    """Lessons in the order in which they are told, and what is wrong with others.

    Attributes:
        lessons: By name.
        problems: A sentence for each file that holds none.
    """

    lessons: dict[str, Lesson]
    problems: tuple[str, ...]

    def __getitem__(self, name: str) -> Lesson:
        """Return a lesson by name.

        Raises:
            InputError: There is none of that name.
        """
        if name not in self.lessons:
            raise InputError(f"lessons are {', '.join(self.lessons)}, got {name!r}")
        return self.lessons[name]


def list_lessons() -> Library:
    """Return all lessons; a broken one is a sentence, and the others are there."""
    found: dict[str, Lesson] = {}
    problems: list[str] = []
    for path in _files():
        try:
            found[path.stem] = load_lesson(path)
        except LessonError as error:
            found.pop(path.stem, None)
            problems.append(str(error))
    names = sorted(found, key=lambda name: (_rank(found[name]), name))
    lessons = {name: found[name] for name in names}
    problems += _unknown_needs(lessons)
    return Library(
        lessons={
            name: _with_known_needs(one, lessons) for name, one in lessons.items()
        },
        problems=tuple(problems),
    )


def load_lesson(path: Path) -> Lesson:
    """Return the lesson of a file.

    Raises:
        LessonError: It holds none.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{path.name}, line 1: cannot be read: {error}") from error


@lru_cache(maxsize=128)
def _read(path: Path, changed: int) -> Lesson:
    return read_lesson(path.read_text(encoding="utf-8"), path.stem, path.name)


def _files() -> Iterator[Path]:
    own = os.environ.get(VARIABLE)
    for folder in (SHIPPED, *([Path(own)] if own else [])):
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
        yield from (one for one in files if one.stem not in NO_LESSONS)


def _rank(lesson: Lesson) -> tuple[int, bool]:
    name = lesson.translation_of or lesson.name
    told = (DOOR, *ORDER)
    place = told.index(name) if name in told else len(told)
    return place, lesson.translation_of is not None


def _unknown_needs(lessons: dict[str, Lesson]) -> list[str]:
    return [
        f"{one.name}.toml, line 1: needs a lesson {need!r}, which is not there"
        for one in lessons.values()
        for need in one.needs
        if need not in lessons
    ]


def _with_known_needs(lesson: Lesson, lessons: dict[str, Lesson]) -> Lesson:
    known = tuple(need for need in lesson.needs if need in lessons)
    return lesson if known == lesson.needs else replace(lesson, needs=known)
