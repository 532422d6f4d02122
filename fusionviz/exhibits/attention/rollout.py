"""Attention across layers: rollout from a patch, and which modality feeds which."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.attention.one_head import find_token
from fusionviz.analysis.attention.rollout import (
    DIRECTIONS,
    PATHS,
    SIGNS,
    Direction,
    Path,
    Rollout,
    Signs,
    measure_rollout,
)
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.attention.modality_flow import (
    describe_modality_flow,
    draw_modality_flow,
)
from fusionviz.views.attention.rollout import (
    describe_rollout,
    draw_rollout,
    largest_other,
    name_token,
    shown_blocks,
)
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class RolloutControls(Controls):
    """Which patch is asked about, and how.

    Attributes:
        token: Joint token: RGB's patches row by row, then depth's; -1 for one in the
            upper middle of RGB.
        direction: `from` for where its content comes from, `to` for where it goes.
        signs: `signed` keeps the signs of gates, `absolute` takes absolute values.
    """

    token: int = -1
    direction: Direction = "from"
    signs: Signs = "signed"

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction is from or to, got {self.direction!r}")
        _check_signs(self.signs)
        if self.token < -1:
            raise ValueError(f"token is a place in the joint tokens, got {self.token}")


@dataclass(frozen=True, kw_only=True)
class ModalityFlowControls(Controls):
    """Which influence of one modality on another the streams are of.

    Attributes:
        path: `read` for what is read, `decide` for what decides how much.
        signs: As in `RolloutControls`.
    """

    path: Path = "read"
    signs: Signs = "signed"

    def __post_init__(self) -> None:
        if self.path not in PATHS:
            raise ValueError(f"path is read or decide, got {self.path!r}")
        _check_signs(self.signs)


def _check_signs(signs: str) -> None:
    if signs not in SIGNS:
        raise ValueError(f"signs is signed or absolute, got {signs!r}")


def make_rollout(request: Request[RolloutControls]) -> Exhibit:
    """Return where a patch's content comes from, or goes to, block by block.

    Raises:
        InputError: There is no such token, or the model has no attention.
    """
    controls = request.controls
    token = find_token(request.subject, controls.token)
    rollout = measure_rollout(request.subject, controls.signs)
    shares = rollout.shares(token, controls.direction)
    own = shares.reshape(len(shares), -1)[:, token]
    return Exhibit(
        draw=lambda: draw_rollout(rollout, token=token, direction=controls.direction),
        alt=describe_rollout(rollout, token=token, direction=controls.direction),
        caption=_explain_rollout(rollout, shares, token, controls.direction),
        formula=(
            r"M_l = W^{-1}\,\mathrm{blockdiag}(I, A_l)\,W,\qquad R_n = M_n \cdots M_1,"
            r"\qquad \text{share}_{ij} = \frac{R_{ij}}{\sum_k |R_{ik}|}"
        ),
        numbers={
            "own_share_after_the_last_block": float(own[-1]),
            "largest_other_share": largest_other(shares, token),
        },
        arrays={"shares": shares},
        table=_table(shares),
    )


def _table(shares: np.ndarray) -> dict[str, np.ndarray]:
    block, modality, row, column = (part.ravel() for part in np.indices(shares.shape))
    return {
        "block": block + 1,
        "modality": np.array(["rgb", "depth"])[modality],
        "row": row,
        "column": column,
        "share": shares.ravel(),
    }


def _explain_rollout(
    rollout: Rollout, shares: np.ndarray, token: int, direction: Direction
) -> str:
    own = 100 * shares.reshape(len(shares), -1)[-1, token]
    patch = name_token(token, rollout.grid)
    if direction == "from":
        what = f"how much of every token has gone into {patch} by then"
    else:
        what = f"how much of {patch} is in every token by then"
    thinned = ""
    if len(shown_blocks(rollout.blocks)) < rollout.blocks:
        thinned = f" Of {rollout.blocks} blocks some are drawn."
    return (
        f"A column a block: {what}.{thinned} {_explain_matrices(rollout)} Then each "
        "row of R is divided by the sum of its absolute values, so that what a token "
        "is made of adds up to 100 %, signs aside. The scale is a square root, to "
        "show what is spread thin, and is one for all panels; it leaves out the patch "
        "itself, which is framed. After the last block that is "
        f"**{three_digits(float(own))} %**, and the largest other share is "
        f"{three_digits(100 * largest_other(shares, token))} %. Percentages at the "
        "pictures are each modality's part of all but the patch itself.\n\n"
        f"{LEFT_OUT}{_guess(rollout)}"
    )


LEFT_OUT = (
    "**What is left out**: attention is held as it is for this pair, so how tokens "
    "decide, as queries and keys, what others read is not in it; nor are couplings, "
    "whose convolutions look at neighbours, nor channel mixings and ActNorms, which "
    "stay within a token. Heads act on channels of their own, but count here as their "
    "mean. So this is the value path, token by token, and no derivative of the model."
)


def _explain_matrices(rollout: Rollout) -> str:
    text = (
        "A layer is the matrix M that it applies to the joint tokens, the mean over "
        "its heads: 1 on the diagonal for X1, A = I + g S for X2, between W and its "
        "inverse for LICA; layers multiply to R. "
    )
    if rollout.signs == "signed":
        return text + (
            "Gates keep their signs: blue adds, red takes away, and heads that "
            "disagree cancel."
        )
    return text + (
        "Each head's matrix is taken by its absolute values, and each layer's rows "
        "are divided by their sums (Abnar & Zuidema 2020), so nothing cancels."
    )


def _guess(rollout: Rollout) -> str:
    if rollout.missing is None:
        return ""
    return f" The {rollout.missing} tokens are the model's guess."


def make_modality_flow(request: Request[ModalityFlowControls]) -> Exhibit:
    """Return which modality feeds which, block by block, as streams.

    Raises:
        InputError: The model has no attention.
    """
    controls = request.controls
    rollout = measure_rollout(request.subject, controls.signs)
    flow = rollout.modality_flow(controls.path)
    block, source, target = (part.ravel() for part in np.indices(flow.shape))
    names = np.array(["rgb", "depth"])
    return Exhibit(
        draw=lambda: draw_modality_flow(rollout, path=controls.path),
        alt=describe_modality_flow(rollout, path=controls.path),
        caption=_explain_flow(rollout, flow, controls.path),
        numbers={
            "crossing_share": float((flow[:, 0, 1] + flow[:, 1, 0]).mean()),
            "moved_share_of_the_last_block": float(rollout.moved[-1]),
        },
        arrays={"flow": flow, "moved": rollout.moved},
        table={
            "block": block + 1,
            "source": names[source],
            "target": names[target],
            "share": flow.ravel(),
        },
    )


def _explain_flow(rollout: Rollout, flow: np.ndarray, path: Path) -> str:
    crossing = 100 * (flow[:, 0, 1] + flow[:, 1, 0])
    said = ", ".join(f"{one:.0f} %" for one in crossing)
    if path == "read":
        what = (
            "**What is read**: the absolute weights of a block's matrix off its "
            "diagonal, by the modality of the token that is read and of the one that "
            "it goes into. MMCA crosses nothing here: its values are X2 itself, and "
            "the other modality decides how they are mixed."
        )
    else:
        what = (
            "**What decides**: a weight S[i, j] moves token j of X2 into token i of "
            "X2, but is computed from X1. Here each |g S[i, j]| off the diagonal goes "
            "from the modality of token j of X1 to that of token i of X2; positions of "
            "LICA, which are mixtures, count for both by the size of their weights."
        )
    return (
        f"{what} Every block is made to add up to 100 %, so widths compare within a "
        "block; above it stands how much of its weight is off the diagonal at all. "
        f"Streams have their source's colour and are stronger where they cross: here "
        f"{said}, block by block. Attention is held as it is for this pair."
        f"{_guess(rollout)}"
    )


ROLLOUT = ExhibitKind(
    name="attention-rollout",
    title="Rollout: where a patch's content comes from",
    controls=RolloutControls,
    make=make_rollout,
    height=474,
)

MODALITY_FLOW = ExhibitKind(
    name="attention-modality-flow",
    title="Which modality feeds which",
    controls=ModalityFlowControls,
    make=make_modality_flow,
)
