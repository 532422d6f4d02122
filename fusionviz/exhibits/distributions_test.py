"""The permutation test of MMD², with its null distribution."""

from typing import Any

from fusionviz.exhibits.exhibit import ExhibitKind

EXHIBITS: tuple[ExhibitKind[Any, Any], ...] = ()
