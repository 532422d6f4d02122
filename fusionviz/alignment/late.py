"""Packages that take seconds to import, each when it is first needed, by one door.

POT brings scikit-learn, and that scipy.stats. Of two threads that import parts of one
package by different ways, one can come to see half of it; behind this door one of them
imports and the others wait.
"""

import threading
from types import ModuleType

_DOOR = threading.RLock()


def import_pot() -> ModuleType:
    """Return POT.

    Raises:
        ModuleNotFoundError: It is not there.
    """
    with _DOOR:
        try:
            import ot
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "exact transport needs the package POT: pip install POT", name="ot"
            ) from error
    return ot


def import_sklearn() -> ModuleType:
    """Return scikit-learn with the parts that are used here.

    Raises:
        ModuleNotFoundError: It is not there.
    """
    with _DOOR:
        try:
            import sklearn.decomposition
            import sklearn.linear_model
            import sklearn.manifold
            import sklearn.pipeline
            import sklearn.preprocessing
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "this needs the package scikit-learn: pip install scikit-learn",
                name="sklearn",
            ) from error
    return sklearn


def import_umap() -> ModuleType:
    """Return umap, which is built upon scikit-learn.

    Raises:
        ModuleNotFoundError: It is not there.
    """
    with _DOOR:
        import umap
    return umap
