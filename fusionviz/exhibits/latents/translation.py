"""A third modality that a MANGO writes from two."""

from dataclasses import dataclass

from fusionviz.analysis.latents.translation import (
    BOTH,
    Translation,
    measure_translation,
)
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.translation import (
    UNIT_NAMES,
    UNITS,
    describe_translation,
    draw_translation,
)
from fusionviz.views.shared.style import modality_name, three_digits


@dataclass(frozen=True, kw_only=True)
class TranslationControls(Controls):
    """Nothing can be set: the model says what it translates."""


def make_translation(request: Request[TranslationControls]) -> Exhibit:
    """Return what a model writes of its target, beside what it was given.

    Raises:
        InputError: The sample has none of what the model reads.
    """
    found = measure_translation(request.subject)
    unit = UNIT_NAMES.get(found.target, "of_full_scale")
    numbers: dict[str, float | int | str] = {}
    for name, made in found.made.items():
        if made.mean_off is not None:
            numbers[f"from_{name}_off_{unit}"] = made.mean_off
        numbers |= {
            f"from_{name}_{error}": value for error, value in made.errors.items()
        }
    pictures = {f"read_{name}": picture for name, picture in found.read.items()}
    truth = {} if found.truth is None else {"truth": found.truth}
    return Exhibit(
        draw=lambda: draw_translation(found),
        alt=describe_translation(found),
        caption=_explain(found),
        formula=r"\hat y = g\big(f(x_1, x_2)\big),\qquad z = f(x_1, x_2)",
        numbers=numbers,
        arrays={
            **pictures,
            **truth,
            **{f"from_{name}": made.picture for name, made in found.made.items()},
            **{
                f"from_{name}_off": made.off
                for name, made in found.made.items()
                if made.off is not None
            },
        },
    )


def _explain(found: Translation) -> str:
    first, second = map(modality_name, found.sources)
    target = modality_name(found.target)
    return (
        f"The flow turns the tokens of {first} and {second} into latents, and a head "
        f"writes the {target} from those: the flow is as invertible as that of a MANGO "
        f"that names classes. {_alone(found)}{_off(found)}"
    )


def _alone(found: Translation) -> str:
    first, second = map(modality_name, found.sources)
    if BOTH not in found.made:
        (there,) = map(modality_name, found.given)
        lacking = second if there == first else first
        return (
            f"Here is no **{lacking}**: the model's guess of it, from the {there}, "
            "is read instead. "
        )
    return (
        f"*{first} alone* and *{second} alone* have the model's guess of the other, so "
        "what is lost there is what the other one knew. "
    )


def _off(found: Translation) -> str:
    best, unit = found.best, UNITS.get(found.target, " of full scale")
    if best.mean_off is None:
        return "The truth is not known here, so nothing says how far off it is."
    words = [f"The mean of all pixels is **{three_digits(best.mean_off)}{unit}** off"]
    if "luminance_ssim" in best.errors:
        ssim = three_digits(best.errors["luminance_ssim"])
        words.append(f"and the luminance has an SSIM of {ssim} with the truth")
    return (
        f"{' '.join(words)}. Below each picture is where: bright is far off, grey is "
        "where the truth was not measured."
    )


TRANSLATION = ExhibitKind(
    name="latents-translation",
    title="A third modality from two",
    controls=TranslationControls,
    make=make_translation,
    reads="translation",
    height=420,
)
