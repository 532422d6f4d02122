"""The pages of docs/: all in the menu, links that lead somewhere, code that exists."""

import importlib
import re

import pytest
import yaml
from PIL import Image

from fusionviz.lessons import glossary
from fusionviz.ui.shared.frame.navigation import PAGES as APP_PAGES
from tests.docs.pages import DOCS, OUTSIDE, PAGES, ROOT, anchors_of, links_of

SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
BESIDE = {"changes.md", "conduct.md", "contributing.md", "security.md"}
"""Pages that docs/hooks.py makes of what lies beside docs/."""

LARGEST_PICTURE = 200_000
PUBLIC = {
    "fusionviz.data.RGBDSample",
    "fusionviz.data.rooms.render_room",
    "fusionviz.data.rgbd_files.read_pair",
    "fusionviz.models.mango.MangoConfig",
    "fusionviz.models.mango.Mango",
    "fusionviz.models.mango.InvertibleCrossAttention",
    "fusionviz.models.mango.ModalityPartition",
    "fusionviz.models.mango.InterModalityPartition",
    "fusionviz.models.mango.LearnedPartition",
    "fusionviz.models.alignmamba.AlignMambaConfig",
    "fusionviz.models.alignmamba.AlignMamba",
    "fusionviz.models.alignmamba.MambaBlock",
    "fusionviz.models.alignmamba.selective_scan",
    "fusionviz.alignment.cosine_cost",
    "fusionviz.alignment.relaxed_transport",
    "fusionviz.alignment.sinkhorn",
    "fusionviz.alignment.exact_transport",
    "fusionviz.alignment.TransportPlan",
    "fusionviz.alignment.mmd2",
    "fusionviz.alignment.median_bandwidth",
    "fusionviz.alignment.mmd_permutation_test",
    "fusionviz.models.checkpoints.list_checkpoints",
    "fusionviz.models.checkpoints.load_checkpoint",
}


def menu(entry):
    """Return the pages that a part of the menu leads to."""
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry
    return [page for part in parts for page in menu(part)]


def find(name):
    """Return what a dotted name is of; of a module's namesake, what is imported."""
    root, *parts = name.split(".")
    found, path = importlib.import_module(root), root
    for part in parts:
        path += f".{part}"
        if not hasattr(found, part):
            importlib.import_module(path)
        found = getattr(found, part)
    return found


def test_every_page_is_in_the_menu_once():
    listed = menu(SITE["nav"])
    own = {page.relative_to(DOCS).as_posix() for page in PAGES}
    assert not own & BESIDE
    assert sorted(listed) == sorted(own | BESIDE)


@pytest.mark.parametrize("page", [*PAGES, *OUTSIDE], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if DOCS in page.parents:  # the built page keeps the names of others
            assert DOCS in target.parents or link.startswith("../examples/"), link
        if anchor:
            assert anchor in anchors_of(target), link


def test_pictures_are_small_and_all_are_shown():
    shown = {
        (page.parent / link).resolve()
        for page in [*PAGES, *OUTSIDE]
        for link in links_of(page)
    }
    for picture in (DOCS / "images").iterdir():
        assert picture in shown or picture.suffix == ".svg", picture.name
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name
        if picture.suffix != ".svg":
            Image.open(picture).verify()


@pytest.mark.parametrize("line", APP_PAGES, ids=lambda line: line.stem)
def test_the_guide_tells_of_every_tab(line):
    text = (DOCS / "guide" / f"{line.stem}.md").read_text("utf-8")
    page = importlib.import_module(f"fusionviz.ui.{line.stem}.page")
    for tab in getattr(page, "TABS", {}):
        assert f"| {tab} |" in text, tab


def test_equations_are_of_code_and_tests_that_exist():
    rows = re.findall(
        r"^\|[^|]+\|.+\| `(fusionviz[\w.]+)` \| `(tests/[\w/.]+)` \|$",
        (DOCS / "equations.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 35
    for code, test in rows:
        name = code.rsplit(".", 1)[-1]
        assert callable(find(code)), code
        text = (ROOT / test).read_text("utf-8")
        known = code.split(".")[-2:] if code.count(".") > 3 else [name]
        assert any(part in text for part in known), (code, test)


def test_the_interface_tells_of_every_public_name():
    told = {
        name
        for page in (DOCS / "api").glob("*.md")
        for name in re.findall(r"^::: ([\w.]+)$", page.read_text("utf-8"), re.M)
    }
    told = {
        re.sub(r"(\.\w+)\1$", r"\1", name) for name in told
    }  # of module and function
    assert told >= PUBLIC
    for name in told:
        assert find(name).__doc__, name


def test_the_glossary_has_the_words_of_the_pages():
    text = (DOCS / "glossary.md").read_text("utf-8")
    block = text.split("<!-- words -->\n")[1].split("<!-- end -->")[0]
    assert block == glossary.to_markdown()


def test_the_readme_is_short():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) < 150


@pytest.mark.parametrize("page", [one.stem for one in APP_PAGES])
def test_a_guide_asks_what_its_page_asks(page):
    guide = (DOCS / "guide" / f"{page}.md").read_text("utf-8")
    (question,) = re.findall(r"^\*(.+\?)\*$", guide, re.MULTILINE)
    code = (ROOT / "pages" / f"{page}.py").read_text("utf-8")
    found = re.search(r'ask\(\s*"(.+?)"', code)
    assert found is None or found[1] == question
    listed = (DOCS / "guide" / "index.md").read_text("utf-8")
    assert f"]({page}.md) | {question} |" in listed
