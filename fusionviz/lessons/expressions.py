"""Numbers of exhibits by name, and arithmetic on them, in texts and in answers.

`{worst}` is a number of the card's own exhibit, `{trip.worst}` one of another,
`{trip["float64"].worst}` one of a state of it; `{a.cost / b.cost:.2f}` is computed and
written with two digits. Nothing is evaluated but what is listed here.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fusionviz.errors import InputError
from fusionviz.views.shared.style import three_digits

Number = float | int | str | bool
Numbers = Mapping[str, float | int | str]

Look = Callable[[str, str | None], Numbers]
"""Returns the numbers of an exhibit of a lesson, by its name and the state's label."""

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "exp": math.exp,
    "log10": math.log10,
}

_PLACEHOLDER = re.compile(r"(\$[^$]*\$)|\{([^{}]+)\}")
"""Formulas, whose braces are their own, and expressions."""


@dataclass(frozen=True)
class Here:
    """Where an expression stands.

    Attributes:
        exhibit: Name of the card's exhibit.
        state: Label of the state that is shown.
    """

    exhibit: str | None = None
    state: str | None = None


def evaluate(expression: str, look: Look, here: Here) -> Number:
    """Return what an expression says.

    Args:
        expression: As the head of this file has them.
        look: Where numbers come from.
        here: Whose numbers need no name of an exhibit.

    Raises:
        InputError: It is no expression, or a number in it is not there.
    """
    try:
        value = _Evaluation(look, here).of(parse(expression))
    except (TypeError, ZeroDivisionError, OverflowError) as error:
        raise InputError(f"{expression!r} cannot be computed: {error}") from error
    if isinstance(value, Mapping):
        raise InputError(f"{expression!r} names an exhibit and no number of it")
    return value


def parse(expression: str) -> ast.expr:
    """Return the tree of an expression.

    Raises:
        InputError: It is none.
    """
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{expression!r} is no expression") from error


def exhibits_named(expression: str, names: Mapping[str, Any]) -> set[str]:
    """Return the exhibits whose numbers an expression takes by their name.

    Raises:
        InputError: It takes a number of an exhibit that is not there.
    """
    found = set()
    for node in ast.walk(parse(expression)):
        if not isinstance(node, ast.Attribute | ast.Subscript):
            continue
        owner = node.value
        if isinstance(owner, ast.Name):
            if owner.id not in names:
                raise InputError(
                    f"{expression!r} names the exhibit {owner.id!r}; there are "
                    f"{', '.join(names) or 'none'}"
                )
            found.add(owner.id)
    return found


def expressions_in(text: str) -> Iterator[str]:
    """Return the expressions that stand in a text."""
    for match in _PLACEHOLDER.finditer(text):
        if match[2] is not None:
            yield _parts(match[2])[0]


def fill(text: str, look: Look, here: Here) -> str:
    """Return a text with its numbers written in.

    Raises:
        InputError: A number is not there.
    """

    def written(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0]
        expression, spec = _parts(match[2])
        return write(evaluate(expression, look, here), spec)

    return _PLACEHOLDER.sub(written, text)


def write(value: Number, spec: str = "") -> str:
    """Return a number as texts say it: three significant digits, or as it is asked.

    Raises:
        InputError: It cannot be written as asked.
    """
    if spec:
        try:
            return format(value, spec).replace("-", "−")
        except ValueError as error:
            raise InputError(f"{value!r} cannot be written as {spec!r}") from error
    if isinstance(value, float):
        return three_digits(value)
    return str(value)


def _parts(placeholder: str) -> tuple[str, str]:
    """Return an expression and how it is to be written: behind the last colon."""
    expression, colon, spec = placeholder.rpartition(":")
    return (expression, spec.strip()) if colon else (placeholder, "")


class _Evaluation:
    def __init__(self, look: Look, here: Here) -> None:
        self.look, self.here = look, here

    def of(self, node: ast.AST) -> Any:  # noqa: ANN401 - numbers, or a table of them
        match node:
            case ast.Constant(value=int() | float() | str() as value):
                return value
            case ast.Name(id=name):
                return self._own(name)
            case ast.Attribute(value=ast.Name(id=exhibit), attr=name):
                return _number(self._table(exhibit, None), name, exhibit)
            case ast.Attribute(value=ast.Subscript() as owner, attr=name):
                return _number(self.of(owner), name, ast.unparse(owner))
            case ast.Subscript(value=ast.Name(id=exhibit), slice=key):
                return self._item(exhibit, str(self.of(key)))
            case ast.Subscript(value=ast.Subscript() as owner, slice=key):
                return _number(self.of(owner), str(self.of(key)), ast.unparse(owner))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](self.of(left), self.of(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.of(operand)
            case ast.BoolOp(op=op, values=values):
                every = all if isinstance(op, ast.And) else any
                return every(bool(self.of(one)) for one in values)
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                type(op) in _OPERATORS for op in ops
            ):
                return self._compared(left, ops, others)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
                name in _FUNCTIONS
            ):
                return _FUNCTIONS[name](*map(self.of, arguments))
        raise InputError(f"{ast.unparse(node)!r} is not for numbers of exhibits")

    def _compared(
        self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]
    ) -> bool:
        sides = [self.of(left), *map(self.of, others)]
        pairs = zip(sides, ops, sides[1:], strict=False)
        return all(_OPERATORS[type(op)](one, other) for one, op, other in pairs)

    def _own(self, name: str) -> Number:
        if self.here.exhibit is None:
            raise InputError(f"{name!r} names no exhibit, and this card shows none")
        table = self._table(self.here.exhibit, self.here.state)
        return _number(table, name, self.here.exhibit)

    def _item(self, exhibit: str, key: str) -> Any:  # noqa: ANN401
        """Return a state of an exhibit, or a number whose name is no word."""
        try:
            return self._table(exhibit, key)
        except InputError:
            return _number(self._table(exhibit, None), key, exhibit)

    def _table(self, exhibit: str, state: str | None) -> Numbers:
        """Return the numbers of a state: of the one that is shown, where none is named.

        A card shows one state; another exhibit's is its first.
        """
        if state is None and exhibit == self.here.exhibit:
            state = self.here.state
        return self.look(exhibit, state)


def _number(table: Numbers, name: str, owner: str) -> Number:
    if name not in table:
        raise InputError(f"{owner} has no number {name!r}; it has {', '.join(table)}")
    return table[name]
