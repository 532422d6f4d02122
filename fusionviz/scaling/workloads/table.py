"""All workloads, in the order in which they are listed and drawn."""

from fusionviz.errors import InputError
from fusionviz.scaling.workloads.alignment import Discrepancy, Plan
from fusionviz.scaling.workloads.backbones import Attending, Backbone
from fusionviz.scaling.workloads.base import Family, Workload
from fusionviz.scaling.workloads.flow import Flow
from fusionviz.scaling.workloads.fusion import AlignMambaWhole, Transformer
from fusionviz.scaling.workloads.parts import AlignMambaPart

WORKLOADS: tuple[Workload, ...] = (
    AlignMambaWhole(name="alignmamba", title="AlignMamba", backend="auto"),
    AlignMambaWhole(
        name="alignmamba-torch", title="AlignMamba, scan in torch", backend="torch"
    ),
    AlignMambaWhole(
        name="alignmamba-reference",
        title="AlignMamba, scan step by step",
        backend="reference",
    ),
    Transformer(
        name="single-stream-plain",
        title="Single-stream Transformer, plain attention",
        fusion="single-stream",
        attention="plain",
    ),
    Transformer(
        name="single-stream-fused",
        title="Single-stream Transformer, fused attention",
        fusion="single-stream",
        attention="fused",
    ),
    Transformer(
        name="multi-stream-plain",
        title="Multi-stream Transformer, plain attention",
        fusion="multi-stream",
        attention="plain",
    ),
    Transformer(
        name="multi-stream-fused",
        title="Multi-stream Transformer, fused attention",
        fusion="multi-stream",
        attention="fused",
    ),
    Backbone(name="mamba-backbone", title="Mamba backbone", backend="auto"),
    Attending(
        name="transformer-plain",
        title="Transformer layers, plain attention",
        attention="plain",
    ),
    Attending(
        name="transformer-fused",
        title="Transformer layers, fused attention",
        attention="fused",
    ),
    Flow(name="mango-forward", title="MANGO forward", is_inverse=False),
    Flow(name="mango-inverse", title="MANGO inverse", is_inverse=True),
    Plan(name="relaxed", title="Relaxed transport", solver="relaxed"),
    Plan(name="sinkhorn", title="Sinkhorn", solver="sinkhorn"),
    Plan(name="exact", title="Exact transport", solver="exact"),
    Discrepancy(name="mmd", title="MMD²"),
    AlignMambaPart(name="encoders", title="Encoders", part="encoders"),
    AlignMambaPart(name="alignment", title="Alignment", part="alignment"),
    AlignMambaPart(name="predictor", title="Predictor", part="predictor"),
)


def find_workload(name: str) -> Workload:
    """Return a workload by name.

    Raises:
        InputError: There is none of that name.
    """
    for one in WORKLOADS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in WORKLOADS)
    raise InputError(f"workloads are {known}, got {name!r}")


def workloads_of(family: Family) -> tuple[Workload, ...]:
    """Return the workloads of a family, what the others are compared with first."""
    return tuple(one for one in WORKLOADS if one.family == family)
