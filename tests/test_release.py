"""Version, changes and citation say the same."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

import fusionviz

ROOT = Path(__file__).parents[1]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def sections():
    """Return the titles of the sections of the changes, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def test_the_newest_release_is_this_version():
    first, newest = sections()[:2]
    assert first == "Unreleased"
    version, _, day = newest.partition(", ")
    assert version == fusionviz.__version__
    assert date.fromisoformat(day) == CITATION["date-released"]


def test_the_package_takes_its_version_from_the_code():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    dynamic = project["tool"]["setuptools"]["dynamic"]
    assert dynamic["version"] == {"attr": "fusionviz.__version__"}


def test_the_citation_is_of_this_version_and_license():
    assert CITATION["version"] == fusionviz.__version__
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["authors"]
    assert CITATION["message"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert CITATION["license"] == project["project"]["license"]


@pytest.mark.parametrize("number", ["2508.10133", "2412.00833"])
def test_both_papers_are_cited(number):
    (paper,) = [one for one in CITATION["references"] if number in one["url"]]
    assert paper["type"] == "conference-paper"
    assert paper["year"] == 2025
    assert all(one["family-names"] for one in paper["authors"])
    assert number in fusionviz.__doc__
    assert json.dumps(paper["identifiers"]).count(number) == 1
