"""Pure tensor functions: costs, transport plans and kernel distances."""

from fusionviz.alignment.a_distance import (
    ADistance,
    a_distance,
    distance_of,
    held_out_mistakes,
)
from fusionviz.alignment.clock import clock_plan
from fusionviz.alignment.cost import cosine_cost
from fusionviz.alignment.exact import exact_transport
from fusionviz.alignment.mmd import (
    gaussian_kernel,
    median_bandwidth,
    mmd2,
    witness,
)
from fusionviz.alignment.permutation import PermutationTest, mmd_permutation_test
from fusionviz.alignment.plan import ConvergenceCurve, TransportPlan
from fusionviz.alignment.relaxed import relaxed_transport
from fusionviz.alignment.sinkhorn import sinkhorn
from fusionviz.alignment.sinkhorn_steps import SinkhornSteps, sinkhorn_steps
from fusionviz.alignment.solvers import (
    ALIGNERS,
    EPSILON,
    MAX_ITERATIONS,
    SOLVERS,
    TOLERANCE,
    Aligner,
    Solver,
    solve,
)

__all__ = [
    "ALIGNERS",
    "EPSILON",
    "MAX_ITERATIONS",
    "SOLVERS",
    "TOLERANCE",
    "ADistance",
    "Aligner",
    "ConvergenceCurve",
    "PermutationTest",
    "SinkhornSteps",
    "Solver",
    "TransportPlan",
    "a_distance",
    "clock_plan",
    "cosine_cost",
    "distance_of",
    "exact_transport",
    "gaussian_kernel",
    "held_out_mistakes",
    "median_bandwidth",
    "mmd2",
    "mmd_permutation_test",
    "relaxed_transport",
    "sinkhorn",
    "sinkhorn_steps",
    "solve",
    "witness",
]
