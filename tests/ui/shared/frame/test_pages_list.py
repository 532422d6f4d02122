"""Every page is a file, stands in its frame first, and is short."""

import ast
import re
from pathlib import Path

from fusionviz.lessons.library import list_lessons
from fusionviz.places import PROJECT as ROOT
from fusionviz.ui.shared.frame.look import favicon
from fusionviz.ui.shared.frame.navigation import PAGES

FILES = sorted((ROOT / "pages").glob("*.py"))


def statements(file: Path) -> list[str]:
    """What a page does, after its docstring and its imports."""
    body = ast.parse(file.read_text()).body
    doing = [s for s in body if not isinstance(s, ast.Import | ast.ImportFrom)]
    return [ast.unparse(s) for s in doing[1:]]


def test_the_list_is_the_folder():
    assert sorted(line.stem for line in PAGES) == [file.stem for file in FILES]


def test_every_page_calls_frame_first_and_is_short():
    for file in FILES:
        assert statements(file)[0] == "frame()", file.name
        assert len(file.read_text().splitlines()) < 60, file.name


def test_pages_and_the_app_leave_streamlit_to_ui():
    for file in [*FILES, ROOT / "app.py"]:
        assert "streamlit" not in file.read_text(), file.name


def test_the_icon_is_ours():
    assert favicon().size == (64, 64)
    assert favicon().getpixel((10, 32)) == (230, 159, 0, 255)


def test_every_page_names_the_lesson_that_explains_it():
    lessons = list_lessons().lessons
    for file in FILES:
        if file.stem == "classroom":
            continue
        named = re.search(r'lesson="(\w+)"', file.read_text())
        assert named is not None, file.name
        assert named[1] in lessons
