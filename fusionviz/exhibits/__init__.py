"""Exhibits: what a model does with a sample, as a picture with its numbers and words.

An exhibit is measured by `analysis` and drawn by `views`; here the two meet. The pages
show exhibits, `python -m fusionviz explain` writes them, and both call the same pure
function with the same controls, so that they say the same.
"""

import importlib
from functools import cache
from typing import Any

from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import ExhibitKind

MODULES = (
    "latents.traverse",
    "latents.between",
    "latents.samples",
    "latents.completion",
    "latents.round_trip",
    "latents.normality",
    "latents.film",
    "attention.overview",
    "attention.one_head",
    "attention.partitions",
    "attention.rollout",
    "attention.interventions",
    "attention.head_comparison",
    "attention.block_row",
    "attention.stacks",
    "transport.solvers",
    "transport.convergence",
    "transport.patch",
    "transport.ribbons",
    "transport.plan_effects",
    "distributions.embedding",
    "distributions.distances",
    "distributions.kernel",
    "distributions.distance_test",
    "distributions.sample_stages",
    "distributions.training_curves",
)
"""Modules of this package, each with a tuple EXHIBITS, in the order of the pages."""


@cache
def exhibit_kinds() -> dict[str, ExhibitKind[Any, Any]]:
    """Return every kind of exhibit by name."""
    kinds = [
        kind
        for module in MODULES
        for kind in importlib.import_module(f"fusionviz.exhibits.{module}").EXHIBITS
    ]
    return {kind.name: kind for kind in kinds}


def exhibit_kind(name: str) -> ExhibitKind[Any, Any]:
    """Return a kind of exhibit by name.

    Raises:
        InputError: There is none of that name.
    """
    kinds = exhibit_kinds()
    if name not in kinds:
        raise InputError(f"exhibits are {', '.join(kinds)}, got {name!r}")
    return kinds[name]
