"""How probable MANGO finds the pair, and whether its flow comes back to it."""

from fusionviz.analysis.inputs.likelihood import PairBits
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.views.inputs.likelihood import describe_round_trip, draw_round_trip
from fusionviz.views.shared.style import three_digits

FORMULA = (
    r"\log p(x) = \log \mathcal N\big(G(x);\,0, I\big) + \log\left|\det "
    r"\frac{\partial G}{\partial x}\right|,\qquad \text{bits per dimension} = "
    r"\frac{-\log_2 p(x)}{2Nd}"
)


def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if not visible:
        return
    if readings.mango is None:
        nothing_yet("The likelihood is MANGO's, and MANGO has not read this pair.")
        return
    likelihood = readings.mango.likelihood
    alt = describe_round_trip(likelihood)
    show(draw_round_trip(likelihood), key="round_trip", alt=alt, height=310)
    how_to_read(explain(readings), formula=FORMULA, key="likelihood")


def explain(readings: Readings) -> str:
    """Return in words what the picture shows, with this pair's numbers."""
    if readings.mango is None:
        raise ValueError("MANGO has not read this pair")
    one = readings.mango.likelihood
    prior, log_det = three_digits(one.log_prior), three_digits(one.log_det)
    guess = ""
    if readings.mango.missing is not None:
        guess = (
            f" Its {readings.mango.missing} tokens are MANGO's own guess, so this is "
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
