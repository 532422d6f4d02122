"""Memory of attention's matrix against that of the scan's state."""

from dataclasses import dataclass

from fusionviz.analysis.scaling.state import HeldBytes, measure_state
from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.scaling.state import describe_state, draw_state
from fusionviz.views.scaling.units import write_bytes, write_length
from fusionviz.views.shared.style import three_digits

LONGEST = 2**20


@dataclass(frozen=True, kw_only=True)
class StateControls(Controls):
    """Where all is read off.

    Attributes:
        length: Tokens of all modalities together.
    """

    length: int = 4096

    def __post_init__(self) -> None:
        """Refuse lengths that are not on the picture."""
        if not 128 <= self.length <= LONGEST:
            raise ValueError(f"length is from 128 to {LONGEST}, got {self.length}")


def make_state(request: Request[StateControls, ScalingSubject]) -> Exhibit:
    """Return what has to be held over length, by formula, and measured peaks.

    Of a subject without a run it is drawn without peaks.
    """
    runs, length = request.subject.runs, request.controls.length
    run = runs[0] if runs else None
    held = measure_state(run)
    here = measure_state(run, lengths=(length,))
    attention, transport = int(here.attention[0]), int(here.transport[0])
    return Exhibit(
        draw=lambda: draw_state(held, length=length),
        alt=describe_state(held, length=length, attention=attention),
        caption=_explain(here),
        formula=r"4\,H L^2 \quad\text{bytes of attention weights}, \qquad "
        r"4\,E N \quad\text{of a state}",
        numbers={
            "length": length,
            "attention_bytes": attention,
            "transport_bytes": transport,
            "token_bytes": int(here.tokens[0]),
            "every_state_bytes": int(here.every_state[0]),
            "state_bytes": here.state,
            "reading": say_state(here),
        },
        arrays={
            "lengths": held.lengths,
            "attention": held.attention,
            "transport": held.transport,
            "every_state": held.every_state,
            "tokens": held.tokens,
        },
        table={
            "tokens": held.lengths,
            "attention_bytes": held.attention,
            "transport_bytes": held.transport,
            "every_state_bytes": held.every_state,
            "token_bytes": held.tokens,
            "state_bytes": [held.state] * len(held.lengths),
        },
    )


def say_state(here: HeldBytes) -> str:
    """Return in a sentence what is held at one length."""
    attention, transport = float(here.attention[0]), float(here.transport[0])
    return (
        f"At {write_length(here.lengths[0])} tokens a layer's attention weights take "
        f"**{write_bytes(attention)}**; the scan carries "
        f"**{write_bytes(here.state)}**, at any length. AlignMamba's own square, its "
        "costs and plans, takes "
        f"{write_bytes(transport)}, {three_digits(attention / transport)} times less "
        "than one layer's attention."
    )


def _explain(here: HeldBytes) -> str:
    return (
        f"Four bytes a number, H = {here.heads} heads, d = {here.width} channels, E = "
        f"{2 * here.width} inner channels, N = {here.states} states.\n\n"
        "Plain attention writes a weight for every two tokens and every head. A scan "
        "reads one token after the other and carries a state of fixed size; where all "
        "states are kept, as gradients may need them, they grow with L and not its "
        "square. Fused attention works its weights out in blocks and keeps none of "
        "them.\n\n"
        "What is easily overlooked: local alignment has a square too. Both sources "
        "have a cost and a plan between their third of the tokens and the anchor's, "
        "2 · 2 · (L/3)² numbers, once and not in every layer. Points are peaks that "
        "were measured of whole models: all that is held at once.\n\n"
        f"{say_state(here)}"
    )


STATE = ExhibitKind(
    name="scaling-state",
    title="What has to be held",
    controls=StateControls,
    make=make_state,
    reads="scaling",
)
