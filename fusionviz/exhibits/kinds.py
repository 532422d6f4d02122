"""All kinds of exhibits, for whoever has only a name: recipes and the command.

Pages import the kinds that they show from their own modules.
"""

from typing import Any

from fusionviz.errors import InputError, cut
from fusionviz.exhibits.attention.film_head import FILM_HEAD
from fusionviz.exhibits.attention.head_comparison import COMPARISON
from fusionviz.exhibits.attention.head_effects import RANKING
from fusionviz.exhibits.attention.interventions import INTERVENTION
from fusionviz.exhibits.attention.one_head import HEAD
from fusionviz.exhibits.attention.overview import GATES, OVERVIEW
from fusionviz.exhibits.attention.partitions import MIXING, PARTITION
from fusionviz.exhibits.attention.rollout import MODALITY_FLOW, ROLLOUT
from fusionviz.exhibits.attention.stack_heads import STACK_HEADS, STACK_ROLLOUT
from fusionviz.exhibits.attention.stacks import BROUGHT, PLAN
from fusionviz.exhibits.distributions.distance_test import TEST
from fusionviz.exhibits.distributions.distances import DISTANCES
from fusionviz.exhibits.distributions.embedding import EMBEDDING
from fusionviz.exhibits.distributions.kernel import KERNEL
from fusionviz.exhibits.distributions.lambda_family import LAMBDA
from fusionviz.exhibits.distributions.movement import MOVEMENT, PICKED
from fusionviz.exhibits.distributions.sample_stages import SAMPLE_STAGES
from fusionviz.exhibits.distributions.training_curves import TRAINING
from fusionviz.exhibits.inputs.correspondences import CORRESPONDENCES
from fusionviz.exhibits.inputs.film_parts import PARTS as FILM_PARTS
from fusionviz.exhibits.inputs.likelihood import LIKELIHOOD
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.inputs.prediction import PREDICTION
from fusionviz.exhibits.inputs.segmentation import SEGMENTATION
from fusionviz.exhibits.inputs.timing import TIMING
from fusionviz.exhibits.latents.array_latents import ARRAY_LATENTS
from fusionviz.exhibits.latents.between import BETWEEN, EXCHANGE
from fusionviz.exhibits.latents.completion import COMPLETION
from fusionviz.exhibits.latents.film import FILM
from fusionviz.exhibits.latents.normality import NORMALITY, ODDNESS
from fusionviz.exhibits.latents.round_trip import LAYER_COSTS, ROUND_TRIP
from fusionviz.exhibits.latents.samples import SAMPLES
from fusionviz.exhibits.latents.translation import TRANSLATION
from fusionviz.exhibits.latents.traverse import STRIP, TRAVERSE
from fusionviz.exhibits.robustness.belief import BELIEF
from fusionviz.exhibits.robustness.curves import LOSSES
from fusionviz.exhibits.robustness.failures import FAILURES
from fusionviz.exhibits.robustness.reliance import RELIANCE
from fusionviz.exhibits.robustness.severities import STRIP_OF_SEVERITIES
from fusionviz.exhibits.robustness.tables import SUBSETS, SUMMARIES
from fusionviz.exhibits.scaling.curves import CURVES
from fusionviz.exhibits.scaling.parts import PARTS
from fusionviz.exhibits.scaling.state import STATE
from fusionviz.exhibits.shared.block_row import BLOCK_ROW
from fusionviz.exhibits.shared.exhibit import ExhibitKind
from fusionviz.exhibits.shared.film_genres import GENRES
from fusionviz.exhibits.shared.stacks import HIDDEN
from fusionviz.exhibits.transport.convergence import CONVERGENCE, STEPS
from fusionviz.exhibits.transport.own_plan import OWN_PLAN
from fusionviz.exhibits.transport.patch import PATCH
from fusionviz.exhibits.transport.plan_edits import EDIT
from fusionviz.exhibits.transport.plan_effects import PLAN_EFFECT
from fusionviz.exhibits.transport.plan_swaps import SWAP
from fusionviz.exhibits.transport.ribbons import RIBBONS
from fusionviz.exhibits.transport.solvers import SWEEP, THREE_SOLVERS

KINDS: tuple[ExhibitKind[Any, Any], ...] = (
    PAIR,
    POINTS,
    SEGMENTATION,
    LIKELIHOOD,
    CORRESPONDENCES,
    TIMING,
    PREDICTION,
    TRAVERSE,
    STRIP,
    BETWEEN,
    EXCHANGE,
    SAMPLES,
    COMPLETION,
    TRANSLATION,
    ROUND_TRIP,
    LAYER_COSTS,
    NORMALITY,
    ODDNESS,
    FILM,
    ARRAY_LATENTS,
    OVERVIEW,
    GATES,
    HEAD,
    PARTITION,
    MIXING,
    ROLLOUT,
    MODALITY_FLOW,
    INTERVENTION,
    RANKING,
    COMPARISON,
    BLOCK_ROW,
    HIDDEN,
    PLAN,
    BROUGHT,
    STACK_HEADS,
    STACK_ROLLOUT,
    OWN_PLAN,
    THREE_SOLVERS,
    SWEEP,
    CONVERGENCE,
    STEPS,
    PATCH,
    RIBBONS,
    PLAN_EFFECT,
    EDIT,
    SWAP,
    EMBEDDING,
    PICKED,
    MOVEMENT,
    DISTANCES,
    KERNEL,
    TEST,
    SAMPLE_STAGES,
    TRAINING,
    LAMBDA,
    FAILURES,
    STRIP_OF_SEVERITIES,
    BELIEF,
    LOSSES,
    SUBSETS,
    SUMMARIES,
    RELIANCE,
    CURVES,
    PARTS,
    STATE,
    GENRES,
    FILM_PARTS,
    FILM_HEAD,
)
"""In the order of the pages; those of films are last."""

_BY_NAME = {kind.name: kind for kind in KINDS}


def exhibit_kind(name: str) -> ExhibitKind[Any, Any]:
    """Return a kind of exhibit by name.

    Raises:
        InputError: There is none of that name.
    """
    if not isinstance(name, str) or name not in _BY_NAME:
        got = cut(name)
        raise InputError(f"exhibits are {', '.join(_BY_NAME)}, got {got}")
    return _BY_NAME[name]
