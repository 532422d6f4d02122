"""Tell what pages import when they are drawn, beyond what `fusionviz.ui` imports.

python -m tests.helpers.late_imports LINK...

prints the modules, one a line. It is run in a process of its own: elsewhere somebody
may have imported them before.
"""

import sys

import fusionviz.ui  # noqa: F401
from tests.helpers.pages import open_link


def main(links: list[str]) -> None:
    before = set(sys.modules)
    for link in links:
        app = open_link(link)
        assert not app.exception, app.exception
        assert app.get("plotly_chart"), link
    sys.stdout.write("\n".join(sorted(set(sys.modules) - before)))


if __name__ == "__main__":
    main(sys.argv[1:])
