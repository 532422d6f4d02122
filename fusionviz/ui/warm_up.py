"""What is slow only the first time, done while somebody looks at the first page.

POT and scikit-learn are imported, and each kernel is called once, in one thread of the
whole server: whoever needs them meanwhile waits for it at the same door
(`fusionviz.alignment.late`) or at numba's.
"""

import threading

import torch

from fusionviz.alignment import cosine_cost, exact_transport, sinkhorn
from fusionviz.alignment.late import import_sklearn
from fusionviz.models.alignmamba import MambaBlock

WAIT_SECONDS = 2.0
"""After the first script has run to its end, in which the browser draws its charts."""

_once = threading.Lock()
_begun: list[threading.Timer] = []


def begin() -> None:
    """Start the thread a little later, the first time that this is called."""
    with _once:
        if _begun:
            return
        timer = threading.Timer(WAIT_SECONDS, warm_up)
        timer.daemon = True
        _begun.append(timer)
        timer.start()


def warm_up() -> None:
    """Call once what is slow the first time."""
    with torch.inference_mode():
        MambaBlock(8)(torch.zeros(1, 8, 8))
        tokens = torch.eye(4, 6, dtype=torch.float64)[None]
        cost = cosine_cost(tokens, tokens.flip(1))
        sinkhorn(cost, epsilon=0.1)
        exact_transport(cost)
    sklearn = import_sklearn()
    rows = tokens[0].numpy()
    sklearn.pipeline.make_pipeline(
        sklearn.preprocessing.StandardScaler(),
        sklearn.linear_model.LogisticRegression(),
    ).fit(rows, [0, 1, 0, 1])
