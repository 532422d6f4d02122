"""Figures without a browser: what names a subject, recipes, files, the command.

After `import fusionviz.explain`, `fusionviz.explain(pair)` returns the exhibits of a
pair, which show themselves in a notebook: the package is called as the function that it
is named after.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fusionviz.explain.notebook import Exhibits


class _Explain(ModuleType):
    """This package, which can be called."""

    def __call__(self, sample: Any, **options: Any) -> "Exhibits":  # noqa: ANN401
        """Return the exhibits of a sample; see `notebook.explain`."""
        from fusionviz.explain.notebook import explain

        return explain(sample, **options)


sys.modules[__name__].__class__ = _Explain
