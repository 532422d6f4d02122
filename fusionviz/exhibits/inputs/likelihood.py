"""How probable MANGO finds the pair, and whether its flow comes back to it."""

import numpy as np

from fusionviz.analysis.inputs.likelihood import Likelihood, PairBits
from fusionviz.analysis.inputs.mango_reading import MangoReading
from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.inputs.likelihood import describe_round_trip, draw_round_trip
from fusionviz.views.shared.style import three_digits

FORMULA = (
    r"\log p(x) = \log \mathcal N\big(G(x);\,0, I\big) + \log\left|\det "
    r"\frac{\partial G}{\partial x}\right|,\qquad \text{bits per dimension} = "
    r"\frac{-\log_2 p(x)}{2Nd}"
)


def make_likelihood(request: Request[Controls, PairSubject]) -> Exhibit:
    """Return the pictures after the flow and back, and the pair's likelihood.

    Raises:
        InputError: MANGO has not read the pair.
    """
    reading = request.subject.mango
    if reading is None:
        raise InputError("The likelihood is MANGO's, and MANGO has not read this pair.")
    likelihood = reading.likelihood
    return Exhibit(
        draw=lambda: draw_round_trip(likelihood),
        alt=describe_round_trip(likelihood),
        caption=_explain(reading),
        formula=FORMULA,
        numbers=_numbers(reading),
        arrays={
            f"token_error_{name}": error
            for name, error in likelihood.token_error.items()
        },
        table=_table(likelihood),
    )


def _numbers(reading: MangoReading) -> dict[str, float | int | str]:
    """Return the numbers; the likelihood says whether half of the pair is a guess."""
    one = reading.likelihood
    guessed = "" if reading.missing is None else f"_with_guessed_{reading.missing}"
    numbers: dict[str, float | int | str] = {
        f"bits_per_dim{guessed}": one.bits_per_dim,
        f"log_prior_nats{guessed}": one.log_prior,
        f"log_det_nats{guessed}": one.log_det,
        "dimensions": one.dimensions,
        "round_trip_error": one.round_trip_error,
    }
    if one.pair_bits is not None:
        numbers["noisy_bits_per_dim"] = one.pair_bits.noisy_bits_per_dim
        numbers["bits_per_pixel_value"] = one.pair_bits.bits_per_value
    return numbers


def _table(likelihood: Likelihood) -> dict[str, np.ndarray]:
    """Return a row a token: where it is, and how far off it came back."""
    names = list(likelihood.token_error)
    maps = np.stack([likelihood.token_error[name] for name in names])
    modality, row, column = np.indices(maps.shape)
    return {
        "modality": np.array(names)[modality.ravel()],
        "row": row.ravel(),
        "column": column.ravel(),
        "round_trip_error": maps.ravel(),
    }


def _explain(reading: MangoReading) -> str:
    """Return in words what the picture shows, with this pair's numbers."""
    one = reading.likelihood
    prior, log_det = three_digits(one.log_prior), three_digits(one.log_det)
    guess = ""
    if reading.missing is not None:
        guess = (
            f" Its {reading.missing} tokens are MANGO's own guess, so this is "
            "the likelihood of the pair with that guess."
        )
    return (
        f"This pair: log N(z; 0, I) = {prior} nats, log|det| = {log_det} nats, over "
        f"2Nd = {one.dimensions} dimensions: **{three_digits(one.bits_per_dim)} bits "
        f"per dimension**.{guess} p is a density of the codec's tokens, in their unit: "
        "compare it between pairs, not with other checkpoints, whose codecs have "
        f"tokens of their own.{_explain_bits(one.pair_bits)}\n\n"
        "The pictures are decoded from G⁻¹(G(x)): the codec loses detail, the flow "
        f"nothing but rounding. Its worst round-trip error is "
        f"**{three_digits(one.round_trip_error)}** in {one.dtype}, where the largest "
        f"token entry is {three_digits(one.largest_token)}."
    )


def _explain_bits(bits: PairBits | None) -> str:
    """Return in words what the pair costs with noise, and what its pixels cost."""
    if bits is None:
        return ""
    return (
        "\n\nThe flow was trained on tokens with noise of standard deviation "
        f"{bits.noise:g}, so that it would not collapse onto clean ones: with such "
        f"noise, which the model's own draws carry too, this pair has "
        f"**{three_digits(bits.noisy_bits_per_dim)} bits per dimension**. "
        "What does compare between checkpoints is what all of them are to say, the "
        "pictures: codec and flow together need "
        f"**{three_digits(bits.bits_per_value)} bits per pixel value** of 256 levels, "
        f"{three_digits(bits.token_bits_per_value)} of them for the tokens, the others "
        "for what the decoder leaves to say."
    )


LIKELIHOOD = ExhibitKind(
    name="inputs-likelihood",
    title="Likelihood and round trip",
    controls=Controls,
    make=make_likelihood,
    reads="pair",
    height=310,
)
