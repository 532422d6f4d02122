"""Three transport solvers side by side."""

from typing import Any

from fusionviz.exhibits.exhibit import ExhibitKind

EXHIBITS: tuple[ExhibitKind[Any, Any], ...] = ()
