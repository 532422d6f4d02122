"""One modality drawn from the other, by chains in the flow's own density."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from fusionviz.analysis.latents.completion import (
    AGREE,
    GIVEN,
    PictureCompletion,
    measure_completion,
)
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.completion import (
    UNITS,
    describe_completion,
    draw_completion,
)
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

CHAINS, STEPS, LEAPS = range(2, 9), range(1, 101), range(1, 25)
LARGEST_SEED = 999_999

READING = 0.1
"""Share of the work that measuring the guess counts as."""


@dataclass(frozen=True, kw_only=True)
class CompletionControls(Controls):
    """What is drawn, and how long.

    Attributes:
        missing: `depth` or `rgb`.
        chains: Draws side by side, of `CHAINS`.
        steps: Proposals of each chain, of `STEPS`. The default is for a first look.
        leaps: Leapfrog steps to a proposal, of `LEAPS`.
        seed: Of the chains, 0 to `LARGEST_SEED`.
    """

    missing: str = "depth"
    chains: int = 4
    steps: int = 4
    leaps: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        if self.missing not in GIVEN:
            raise ValueError(f"missing is rgb or depth, got {self.missing!r}")
        ranges = {"chains": CHAINS, "steps": STEPS, "leaps": LEAPS}
        for name, allowed in ranges.items():
            value = getattr(self, name)
            if value not in allowed:
                ends = f"{allowed.start} to {allowed.stop - 1}"
                raise ValueError(f"{name} are {ends}, got {value}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed is 0 to {LARGEST_SEED}, got {self.seed}")


def make_completion(request: Request[CompletionControls]) -> Exhibit:
    """Return draws of a modality given the other; those that there are when ended."""
    return exhibit_completion(draw_missing(request))


def draw_missing(
    request: Request[CompletionControls],
    seen: Callable[[float], None] | None = None,
) -> PictureCompletion:
    """Return draws of a modality; those that there are when the work is ended.

    Args:
        request: What of, and whom to tell how far it is.
        seen: Told the chains' mean bits per dimension after every step.

    Raises:
        FusionvizError: The work was ended before the first step.
    """

    def on_room(done: int, rooms: int) -> bool:
        doing = f"How is the guess usually off? Room {done} of {rooms}"
        return request.tell(READING * done / rooms, doing)

    def on_step(step: int, steps: int, bits: float) -> bool:
        if seen is not None:
            seen(bits)
        share = READING + (1 - READING) * step / steps
        return request.tell(share, f"Step {step} of {steps}")

    controls = request.controls
    return measure_completion(
        request.subject,
        controls.missing,
        chains=controls.chains,
        steps=controls.steps,
        leaps=controls.leaps,
        seed=controls.seed,
        reading=on_room,
        seen=on_step,
    )


def exhibit_completion(completed: PictureCompletion) -> Exhibit:
    """Return the exhibit of draws that were made."""
    unit = "m" if completed.missing == "depth" else "of_full_scale"
    errors = {
        f"{name.replace(' ', '_')}_off_{unit}": error
        for name, error in completed.errors.items()
    }
    r_hat = {"r_hat": completed.disagreement}
    bits = completed.bits_per_dim
    return Exhibit(
        draw=lambda: draw_completion(completed),
        alt=describe_completion(completed),
        caption=_explain(completed),
        formula=r"p(x_{\mathrm{missing}} \mid x_{\mathrm{given}})\ \propto\ p(x),"
        r"\qquad \hat R = \sqrt{\tfrac{n-1}{n} + \tfrac{B/n}{W}}",
        numbers={
            "steps": completed.steps,
            "acceptance": completed.acceptance,
            **(r_hat if math.isfinite(completed.disagreement) else {}),
            **errors,
            **_bits_of_pictures(completed),
        },
        arrays={
            "guess": completed.guess,
            "draws": completed.draws,
            "mean": completed.mean,
            "spread": completed.spread,
            "bits_per_dim": bits,
        },
        table={
            "step": list(range(len(bits))),
            **{f"bits_chain_{i + 1}": chain for i, chain in enumerate(bits.T)},
        },
    )


def agreement(completed: PictureCompletion) -> str:
    """Return in words whether the chains agree."""
    if not math.isfinite(completed.disagreement):
        return "After so few steps nothing can be said of whether the chains agree."
    r_hat = f"Split R-hat is **{completed.disagreement:.2f}**"
    if completed.chains_agree:
        return (
            f"{r_hat}: chains that started apart, and their earlier and later halves, "
            "cannot be told apart; mean and spread can be read."
        )
    return (
        f"{r_hat}, above {AGREE}: the chains do not agree yet, so take mean and spread "
        "with a grain of salt; more steps would change them."
    )


def _explain(completed: PictureCompletion) -> str:
    missing, given = (
        MODALITY_NAMES[name] for name in (completed.missing, completed.given)
    )
    chains, bits = completed.draws.shape[0], completed.bits_per_dim.mean(axis=1)
    plural = "" if completed.steps == 1 else "s"
    stopped = ""
    if completed.steps < completed.asked:
        stopped = f" They were stopped after {completed.steps} of {completed.asked}."
    guessed = ""
    if completed.given_is_guess:
        guessed = (
            f" **No {given} was given**: what {missing} is drawn from is itself the "
            "model's guess."
        )
    return (
        f"{chains} chains draw the {missing} from the flow's density given the {given} "
        f"(Hamiltonian Monte Carlo), {completed.steps} step{plural} each; "
        f"{completed.acceptance:.0%} of the proposals were accepted.{stopped}{guessed} "
        "They start around the learned guess, as far apart as it is usually off: "
        "farther than they should end, so that their agreement says something; a few "
        "steps uphill first take out what the flow would not leave for a moment. Bits "
        "per dimension should come to lie about where the flow's own draws do: here "
        f"they go from {three_digits(bits[0])} to {three_digits(bits[-1])}. The guess, "
        f"a mean, has {three_digits(completed.guess_bits)}{_truth_bits(completed)}.\n\n"
        f"{agreement(completed)} {_errors(completed)}"
    )


def _bits_of_pictures(completed: PictureCompletion) -> dict[str, float]:
    found = {
        "guess_bits_per_dim": completed.guess_bits,
        "truth_bits_per_dim": completed.truth_bits,
        "truth_bits_per_dim_noisy": completed.noisy_truth_bits,
    }
    return {name: bits for name, bits in found.items() if bits is not None}


def _truth_bits(completed: PictureCompletion) -> str:
    if completed.truth_bits is None or completed.noisy_truth_bits is None:
        return ""
    return (
        f"; the true pair has {three_digits(completed.noisy_truth_bits)} with the "
        f"noise of training on its {completed.missing}, which draws carry too, and "
        f"{three_digits(completed.truth_bits)} without"
    )


def _errors(completed: PictureCompletion) -> str:
    errors, unit = completed.errors, UNITS[completed.missing]
    if not errors:
        return "The truth is not known, so nothing says how far off the draws are."
    off = {name: f"{three_digits(error)}{unit}" for name, error in errors.items()}
    beaten = "" if errors["mean"] < errors["guess"] else " not"
    scale = "" if unit else " of 1 from black to white"
    return (
        f"On average the mean of the draws is **{off['mean']}** off the truth, the "
        f"guess {off['guess']}, one draw {off['one draw']}{scale}: here the draws do"
        f"{beaten} come nearer than the guess. The spread says where the model is in "
        "doubt."
    )


COMPLETION = ExhibitKind(
    name="latents-completion",
    title="One modality drawn from the other",
    controls=CompletionControls,
    make=make_completion,
    is_long=True,
    height=452,
)
