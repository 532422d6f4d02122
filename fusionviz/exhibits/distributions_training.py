"""How losses and distances moved over training."""

from typing import Any

from fusionviz.exhibits.exhibit import ExhibitKind

EXHIBITS: tuple[ExhibitKind[Any, Any], ...] = ()
