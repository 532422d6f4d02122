"""The built pages: no warning, no address outside, formulas without a script."""

import os
import re
import subprocess
import sys

import pytest

from tests.docs.pages import OUTSIDE, PAGES, ROOT

pytest.importorskip("mkdocs")

pytestmark = pytest.mark.slow

LOADED = re.compile(r'<(?:script|img|source|iframe)[^>]*\ssrc="([^"]*)"')
STYLES = re.compile(r'<link[^>]*rel="(?:stylesheet|preload|icon)"[^>]*>')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir"]
    built = subprocess.run(
        [*command, str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


def test_every_page_is_built(site):
    own = len(PAGES) + len(OUTSIDE) - 1  # README is none
    assert len(list(site.rglob("*.html"))) == own + 1  # and the one for 404


def test_nothing_is_loaded_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = [*LOADED.findall(text), *STYLES.findall(text)]
        assert loaded
        assert not [one for one in loaded if "//" in one], page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text("utf-8"))


def test_formulas_are_drawn_by_the_browser(site):
    text = (site / "equations.html").read_text("utf-8")
    assert text.count("<math") > 40
    assert "arithmatex" not in text


def test_docstrings_are_in_the_interface(site):
    text = (site / "api" / "alignment.html").read_text("utf-8")
    assert "Return the plan of entropic optimal transport" in text
    assert 'id="fusionviz.alignment.sinkhorn.sinkhorn"' in text
    assert '<span class="gp">&gt;&gt;&gt; </span>' in text  # examples are code
