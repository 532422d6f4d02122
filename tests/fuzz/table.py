"""All kinds of what comes in."""

from tests.fuzz.addresses import ADDRESSES, DROPS
from tests.fuzz.pairs import PAIRS
from tests.fuzz.questions import QUESTIONS
from tests.fuzz.sequences import ARRAY_FILES, ATTENTION_FILES, PICKLES, SEQUENCE_FILES
from tests.fuzz.texts import (
    ABLATIONS,
    CARDS,
    FIGURES,
    LESSONS,
    RECIPES,
    REPORTS,
    RUNS,
)
from tests.fuzz.weights import BESIDE, CHECKPOINTS, STATES

KINDS = (
    *(PAIRS, SEQUENCE_FILES, ATTENTION_FILES, ARRAY_FILES, PICKLES),
    *(LESSONS, RECIPES, ABLATIONS, FIGURES, CARDS, REPORTS, RUNS),
    *(CHECKPOINTS, BESIDE, STATES, QUESTIONS, ADDRESSES, DROPS),
)
