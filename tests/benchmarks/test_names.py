"""Every benchmark that the command lists is one that it can run."""

import inspect

import pytest

from benchmarks.__main__ import find
from fusionviz.cli.benchmark import find_benchmarks
from fusionviz.places import PROJECT

NAMES = tuple(find_benchmarks(PROJECT / "benchmarks"))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_listed_is_found_in_its_own_file(name):
    run = find(name)
    file = inspect.getsourcefile(inspect.unwrap(run))
    assert file == str(PROJECT / "benchmarks" / f"{name}.py")
    inspect.signature(run).bind()


def test_others_are_not():
    assert {"scan", "sinkhorn", "scaling"} <= set(NAMES)
    assert "edges" not in NAMES
    with pytest.raises(SystemExit, match="no benchmark 'edges'"):
        find("edges")
