"""MMD² between modalities by stage, and against its bandwidth."""

from typing import Any

from fusionviz.exhibits.exhibit import ExhibitKind

EXHIBITS: tuple[ExhibitKind[Any, Any], ...] = ()
