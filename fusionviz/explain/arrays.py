"""From files of a model's arrays to what pictures are of."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.files import read_arrays
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.stack_heads import STACK_HEADS, STACK_ROLLOUT
from fusionviz.exhibits.attention.stacks import BROUGHT
from fusionviz.exhibits.distributions.distance_test import TEST
from fusionviz.exhibits.distributions.distances import DISTANCES
from fusionviz.exhibits.distributions.embedding import EMBEDDING
from fusionviz.exhibits.distributions.kernel import KERNEL
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.inputs.prediction import PREDICTION
from fusionviz.exhibits.latents.array_latents import ARRAY_LATENTS
from fusionviz.exhibits.shared.exhibit import ExhibitKind, Reads, SubjectName
from fusionviz.exhibits.transport.convergence import CONVERGENCE
from fusionviz.exhibits.transport.own_plan import OWN_PLAN
from fusionviz.exhibits.transport.ribbons import RIBBONS
from fusionviz.exhibits.transport.solvers import SWEEP, THREE_SOLVERS
from fusionviz.explain.writing import FigureRequest, default_recipe

VARIABLE = "FUSIONVIZ_ARRAYS"
"""Names the file that the app shows first."""

PRINT = "arrays_sha256"

SHOWN: dict[str, tuple[ExhibitKind[Any, Any], ...]] = {
    "rgb": (PAIR,),
    "depth": (PAIR, POINTS),
    "prediction": (PREDICTION,),
    "latents": (ARRAY_LATENTS,),
    "attention": (STACK_HEADS, BROUGHT, STACK_ROLLOUT),
    "plan": (OWN_PLAN,),
    "tokens": (
        *(THREE_SOLVERS, SWEEP, CONVERGENCE, RIBBONS),
        *(EMBEDDING, DISTANCES, KERNEL, TEST),
    ),
}
"""What is drawn of each key that is there."""


def served_file() -> Path | None:
    """Return the file that the app was started with, or None."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def name_arrays(data: bytes) -> SubjectName:
    """Return what names a file of arrays in recipes."""
    sha256 = hashlib.sha256(data).hexdigest()
    return SubjectName(checkpoint=None, weights_sha256=None, sample={PRINT: sha256})


def arrays_subject(data: bytes, title: str) -> ArraysSubject:
    """Return the arrays of a file as what pictures are of.

    Raises:
        InputError: What is wrong with which key.
    """
    return ArraysSubject(arrays=read_arrays(data), title=title)


def kinds_of(subject: ArraysSubject) -> tuple[ExhibitKind[Any, Any], ...]:
    """Return the kinds of exhibits that arrays light up, in the order of the pages."""
    keys = {key.split("_")[0] for key in subject.arrays.keys}
    lit = (kind for key, kinds in SHOWN.items() if key in keys for kind in kinds)
    return tuple(dict.fromkeys(lit))


def part_of(subject: ArraysSubject, reads: Reads) -> Any:  # noqa: ANN401 - of the kind
    """Return what a kind of exhibit reads, of arrays.

    Raises:
        InputError: It reads no arrays, or they have not what it needs.
    """
    if reads == "arrays":
        return subject
    if reads == "attention":
        return subject.stack
    if reads == "tokens":
        return subject.tokens
    if reads == "pair":
        return PairSubject(sample=subject.sample)
    raise InputError(f"a figure of a {reads} cannot be made of arrays")


def array_requests(subject: ArraysSubject, name: SubjectName) -> list[FigureRequest]:
    """Return the figures that arrays light up, as the pages open them.

    Those that the arrays cannot give, such as plans of tokens of two widths, are left
    out.

    Args:
        subject: The arrays.
        name: What names them in recipes.
    """
    requests = []
    for kind in kinds_of(subject):
        with suppress(InputError):
            part = part_of(subject, kind.reads)
            recipe = default_recipe(kind, name)
            requests.append(FigureRequest(recipe=recipe, subject=part))
    return requests
