"""How Sinkhorn converges, and its iterations one by one."""

from typing import Any

from fusionviz.exhibits.exhibit import ExhibitKind

EXHIBITS: tuple[ExhibitKind[Any, Any], ...] = ()
