"""Tables of TOML or JSON into frozen dataclasses, with sentences where they differ."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from fusionviz.errors import InputError, one_line

Record = TypeVar("Record")

_LONGEST_SHOWN = 80


def read_toml(text: bytes, what: str) -> dict[str, Any]:
    """Return the table that a TOML file holds.

    Args:
        text: The file.
        what: It is, in a sentence.

    Raises:
        InputError: It is no TOML.
    """
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} is no valid TOML: {one_line(error)}") from error


def read_table(kind: type[Record], table: Any, where: str) -> Record:  # noqa: ANN401
    """Return the dataclass `kind` with the values of `table`.

    Args:
        kind: A dataclass of numbers, strings, literals, tuples, mappings and
            dataclasses.
        table: Its fields by name.
        where: What the table is called in an error.

    Raises:
        InputError: The table has an unknown key, lacks one, or a value does not fit.
    """
    if not isinstance(table, Mapping):
        raise InputError(f"{where} must be a table, got {_shown(table)}")
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise InputError(
                f"{where} has no {_shown(name)}; it has: {', '.join(known)}"
            )
    for name, item in known.items():
        required = item.default is MISSING and item.default_factory is MISSING
        if required and name not in table:
            raise InputError(f"{where} lacks {name!r}")
    hints = get_type_hints(kind)
    values = {
        name: _read_value(hints[name], value, f"{where}: {name}")
        for name, value in table.items()
    }
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise InputError(f"{where}: {one_line(error)}") from error


def set_value(table: dict[str, Any], setting: str) -> None:
    """Change one value of nested tables in place.

    Args:
        table: Tables, and tuples of tables, whose items are counted from 1.
        setting: `key=value`, for example `stage.1.steps=100`. The value is TOML; what
            is not is a string.

    Raises:
        InputError: The setting is none, or its key leads nowhere.
    """
    key, equals, text = setting.partition("=")
    *path, last = key.strip().split(".")
    if not equals or not last:
        raise InputError(f"a setting is key=value, got {setting!r}")
    target: Any = table
    for name in path:
        target = _step(target, name, setting)
    if not isinstance(target, dict):
        raise InputError(f"{setting!r} leads to no table")
    target[last] = _read_toml(text.strip())


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return settings `key=value` as a table.

    Args:
        settings: As `set_value` takes them.

    Raises:
        InputError: One is none.
    """
    table: dict[str, Any] = {}
    for setting in settings:
        set_value(table, setting)
    return table


def _step(target: Any, name: str, setting: str) -> Any:  # noqa: ANN401
    if isinstance(target, dict) and name in target:
        return target[name]
    if isinstance(target, list | tuple):
        if name.isdigit() and 1 <= int(name) <= len(target):
            return target[int(name) - 1]
        raise InputError(f"{setting!r}: {name!r} is not one of 1 to {len(target)}")
    raise InputError(f"{setting!r}: there is no {name!r}")


def _read_toml(text: str) -> Any:  # noqa: ANN401
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _read_value(hint: Any, value: Any, where: str) -> Any:  # noqa: ANN401
    """Return `value` as the type that a field asks for."""
    origin = get_origin(hint) or hint
    if is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, value, where)
    if origin is tuple and isinstance(value, list | tuple):
        item = get_args(hint)[0]
        return tuple(
            _read_value(item, each, f"{where} {number}")
            for number, each in enumerate(value, start=1)
        )
    if origin is Literal:
        if value in get_args(hint):
            return value
        choices = " or ".join(repr(choice) for choice in get_args(hint))
        raise InputError(f"{where} must be {choices}, got {_shown(value)}")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and is_number:
        return float(value)
    fits = is_number if hint is int else True
    if fits and isinstance(origin, type) and isinstance(value, origin):
        return value
    name = {Mapping: "a table", tuple: "a list", int: "a whole number"}
    wanted = name.get(origin, {float: "a number", str: "a text"}.get(origin, origin))
    raise InputError(f"{where} must be {wanted}, got {_shown(value)}")


def _shown(value: Any) -> str:  # noqa: ANN401
    """Return a value as it can stand in a sentence."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} …"
