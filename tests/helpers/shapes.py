"""Shapes in signatures, checked while the tests run.

Annotations such as `Float[Tensor, "batch source target"]` are promises about shapes:
jaxtyping and beartype hold public functions, methods and records of `alignment` and
`models` to them. jaxtyping's own import hook does so at every call, which made these
tests a third to a half slower; here a call is checked if the function has not met
arguments of these shapes before.
"""

import functools
import importlib.abc
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any, Self

from beartype import BeartypeConf, beartype
from jaxtyping import jaxtyped
from torch import Tensor

PACKAGES = ("fusionviz.alignment", "fusionviz.models")

# A whole number is a float too, as in PEP 484.
_typechecker = beartype(conf=BeartypeConf(is_pep484_tower=True))
_is_on = True


def check_shapes() -> None:
    """Check the signatures of both packages, which must not be imported yet."""
    early = [name for name in sys.modules if name.startswith(PACKAGES)]
    assert not early, f"imported before they could be checked: {early}"
    sys.meta_path.insert(0, _Finder())


@contextmanager
def unchecked() -> Iterator[None]:
    """Let arguments of other shapes through, to see what the code says of them."""
    global _is_on
    _is_on = False
    try:
        yield
    finally:
        _is_on = True


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(PACKAGES):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        for name, value in list(vars(module).items()):
            if getattr(value, "__module__", None) != module.__name__:
                continue
            if isinstance(value, FunctionType) and _is_promise(value):
                setattr(module, name, checked(value))
            elif inspect.isclass(value) and not name.startswith("_"):
                _check_class(value)


def _check_class(kind: type) -> None:
    for name, value in list(vars(kind).items()):
        if isinstance(value, FunctionType) and _is_promise(value):
            setattr(kind, name, checked(_name_self(value, kind)))
        elif isinstance(value, classmethod | staticmethod):
            if _is_promise(value.__func__):
                function = checked(_name_self(value.__func__, kind))
                setattr(kind, name, type(value)(function))
        elif isinstance(value, property) and _is_promise(value.fget):
            setattr(kind, name, property(checked(_name_self(value.fget, kind))))


def _name_self(function: FunctionType, kind: type) -> FunctionType:
    """Say which class `Self` is, which outside of it nobody can know."""
    hints = function.__annotations__
    hints.update({name: kind for name, hint in hints.items() if hint is Self})
    return function


def _is_promise(function: Callable) -> bool:
    """Whether a function is public and its signature speaks of shapes."""
    name = function.__name__
    is_public = not name.startswith("_") or name in ("__init__", "__call__")
    return is_public and "jaxtyping" in repr(function.__annotations__)


def checked(function: Callable) -> Callable:
    """Return a function that is held to its signature for arguments of new shapes."""
    strict = jaxtyped(function, typechecker=_typechecker)
    met: set[object] = set()

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _is_on:
            return function(*args, **kwargs)
        kinds = _kind(args), _kind(kwargs)
        if kinds in met:
            return function(*args, **kwargs)
        made = strict(*args, **kwargs)
        met.add(kinds)
        return made

    return call


def _kind(value: object) -> object:
    """Return what a signature can tell of an argument."""
    if isinstance(value, Tensor):
        return value.shape, value.dtype
    if isinstance(value, Mapping):
        return tuple((name, _kind(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_kind, value))
    if isinstance(value, int | str):  # shapes may name them
        return value
    return type(value)
