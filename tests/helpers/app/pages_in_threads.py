"""Tell what pages import of `fusionviz.ui` before `fusionviz.ui.libraries` is there.

python -m tests.helpers.app.pages_in_threads PAGE...

imports what each page does, in a thread a page, and prints the modules, one a line. It
is run in a process of its own: elsewhere somebody may have imported them before.
"""

import ast
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

LIBRARIES = "fusionviz.ui.libraries"


class Watch:
    """A finder that finds nothing and remembers what it was asked for."""

    def __init__(self) -> None:
        self.early: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        ready = hasattr(sys.modules.get("fusionviz.ui"), "libraries")
        if name.startswith("fusionviz.ui.") and name != LIBRARIES and not ready:
            self.early.append(name)


def main(pages: list[str]) -> None:
    watch = Watch()
    sys.meta_path.insert(0, watch)
    together = threading.Barrier(len(pages))
    threads = [
        threading.Thread(target=_import, args=(page, together)) for page in pages
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write("\n".join(watch.early))


def _import(page: str, together: threading.Barrier) -> None:
    tree = ast.parse(Path(page).read_text())
    tree.body = [one for one in tree.body if isinstance(one, ast.ImportFrom)]
    imports = compile(tree, page, "exec")
    together.wait()
    exec(imports, {})  # noqa: S102 - a page of our own


if __name__ == "__main__":
    main(sys.argv[1:])
