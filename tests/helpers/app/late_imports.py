"""Tell what pages import when they are drawn, beyond what `fusionviz.ui` imports.

What comes by the door of `fusionviz.alignment.late` is there already, too.

python -m tests.helpers.app.late_imports LINK...

prints the modules, one a line. It is run in a process of its own: elsewhere somebody
may have imported them before.
"""

import sys

import fusionviz.ui  # noqa: F401
from fusionviz.alignment import late
from tests.helpers.app.pages import open_link


def main(links: list[str]) -> None:
    late.import_pot(), late.import_sklearn()
    before = set(sys.modules)
    for link in links:
        app = open_link(link)
        assert not app.exception, app.exception
        assert app.get("plotly_chart"), link
    sys.stdout.write("\n".join(sorted(set(sys.modules) - before)))


if __name__ == "__main__":
    main(sys.argv[1:])
