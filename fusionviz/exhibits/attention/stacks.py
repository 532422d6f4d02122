"""Attention that is not MANGO's: AlignMamba's plan, and what a reader brings."""

from fusionviz.analysis.shared.attention.alignmamba import transport_stack
from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.stacks import StackControls, exhibit_stack


def make_transport(request: Request[StackControls, AlignMambaSubject]) -> Exhibit:
    """Return where each source token is sent, as attention."""
    return exhibit_stack(
        transport_stack(request.subject),
        request.controls,
        formula=r"C_{ij} = 1 - \cos(x_i, y_j),\qquad \text{row } i: T\, M_{ij}",
    )


def make_brought(request: Request[StackControls, AttentionStack]) -> Exhibit:
    """Return attention arrays that a reader has brought."""
    return exhibit_stack(request.subject, request.controls)


PLAN = ExhibitKind(
    name="attention-transport",
    title="A transport plan as attention",
    controls=StackControls,
    make=make_transport,
    reads="alignmamba",
)

BROUGHT = ExhibitKind(
    name="attention-brought",
    title="Attention of another model",
    controls=StackControls,
    make=make_brought,
    reads="attention",
)
