"""Words of lessons as HTML: Markdown, and formulas as MathML, which needs no script."""

import re
from collections.abc import Iterator
from html import escape

from markdown_it import MarkdownIt

from fusionviz.errors import InputError

_MATH = re.compile(r"\$([^$]+)\$")
_HELD = re.compile("\ue000(\\d+)\ue001")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[^\s]")

_SYMBOLS = {
    "alpha": "α",
    "beta": "β",
    "delta": "δ",
    "Delta": "Δ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "partial": "∂",
    "infty": "∞",
    "top": "⊤",
}
_OPERATORS = {
    "cdot": "⋅",
    "times": "×",
    "odot": "⊙",
    "circ": "∘",
    "le": "≤",
    "ge": "≥",
    "ne": "≠",
    "approx": "≈",
    "to": "→",
    "in": "∈",
    "sim": "∼",
    "mid": "|",
    "lVert": "‖",
    "rVert": "‖",
    "langle": "⟨",
    "rangle": "⟩",
    "|": "‖",
    "{": "{",
    "}": "}",
}
_BIG = {"sum": "∑", "prod": "∏", "int": "∫"}
_NAMES = ("min", "max", "log", "exp", "det", "softmax", "tanh")
_SPACES = {",": "0.17em", ";": "0.28em", "quad": "1em", "qquad": "2em", " ": "0.25em"}
_ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯"}
_VARIANTS = {"mathcal": "script", "mathbb": "double-struck", "mathbf": "bold"}

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def to_html(text: str, *, maths: bool = True) -> str:
    """Return Markdown as HTML; what is HTML in it stays words.

    Args:
        text: In Markdown.
        maths: Whether what stands between dollars are formulas.

    Raises:
        InputError: A formula in it has a command that is not known.
    """
    if not maths:
        return str(_MARKDOWN.render(text))
    formulas: list[str] = []

    def hold(match: re.Match[str]) -> str:
        formulas.append(to_mathml(match[1]))
        return f"\ue000{len(formulas) - 1}\ue001"

    html = _MARKDOWN.render(_MATH.sub(hold, text))
    return _HELD.sub(lambda match: formulas[int(match[1])], html)


def to_mathml(formula: str, *, block: bool = False) -> str:
    """Return a formula in LaTeX as MathML.

    Args:
        formula: Of what lessons need; see the tables of this file.
        block: Whether it stands on a line of its own.

    Raises:
        InputError: It has a command that is not known, or a brace too few.
    """
    tokens = _Tokens(formula)
    body = _row(tokens, "")
    display = ' display="block"' if block else ""
    return f"<math{display}><mrow>{body}</mrow></math>"


class _Tokens:
    """A formula, read from the left."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.rest: Iterator[str] = iter(_TOKEN.findall(formula))
        self.next = next(self.rest, "")

    def take(self) -> str:
        """Return the next token; empty at the end."""
        token, self.next = self.next, next(self.rest, "")
        return token

    def word(self) -> str:
        """Return the letters in braces, with the blanks that tokens lose."""
        parts = []
        if self.take() != "{":
            raise InputError(f"a brace is missing in {self.formula!r}")
        while self.next not in ("}", ""):
            parts.append(self.take())
        self.take()
        found = re.search(r"\s*".join(map(re.escape, parts)), self.formula)
        return found[0] if found else "".join(parts)


def _row(tokens: _Tokens, end: str) -> str:
    parts = []
    while tokens.next != end:
        if not tokens.next:
            raise InputError(f"a brace is missing in {tokens.formula!r}")
        parts.append(_scripted(tokens))
    tokens.take()
    return "".join(parts)


def _scripted(tokens: _Tokens) -> str:
    """Return an atom with what stands below and above it."""
    is_big = tokens.next.lstrip("\\") in (*_BIG, "min", "max")
    base, below, above = _atom(tokens), "", ""
    while tokens.next in ("_", "^"):
        if tokens.take() == "_":
            below = _argument(tokens)
        else:
            above = _argument(tokens)
    kind = ("munder", "mover", "munderover") if is_big else ("msub", "msup", "msubsup")
    if below and above:
        return f"<{kind[2]}>{base}{below}{above}</{kind[2]}>"
    if below or above:
        name = kind[0] if below else kind[1]
        return f"<{name}>{base}{below or above}</{name}>"
    return base


def _argument(tokens: _Tokens) -> str:
    if tokens.next == "{":
        tokens.take()
        return f"<mrow>{_row(tokens, '}')}</mrow>"
    return _atom(tokens)


def _atom(tokens: _Tokens) -> str:
    token = tokens.take()
    if token == "{":
        return f"<mrow>{_row(tokens, '}')}</mrow>"
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token.isalpha():
        return f"<mi>{escape(token)}</mi>"
    return f"<mo>{escape('−' if token == '-' else token)}</mo>"


def _command(name: str, tokens: _Tokens) -> str:
    if name in ("left", "right"):
        fence = tokens.take()
        sign = _OPERATORS.get(fence[1:], "") if fence.startswith("\\") else fence
        return "" if fence == "." else f'<mo stretchy="true">{escape(sign)}</mo>'
    if name == "frac":
        return f"<mfrac>{_argument(tokens)}{_argument(tokens)}</mfrac>"
    if name == "sqrt":
        return f"<msqrt>{_argument(tokens)}</msqrt>"
    if name in ("text", "mathrm", "operatorname"):
        return f"<mtext>{escape(tokens.word())}</mtext>"
    if name in _VARIANTS:
        return f'<mi mathvariant="{_VARIANTS[name]}">{escape(tokens.word())}</mi>'
    if name in _ACCENTS:
        return f"<mover>{_argument(tokens)}<mo>{_ACCENTS[name]}</mo></mover>"
    return _sign(name, tokens)


def _sign(name: str, tokens: _Tokens) -> str:
    if name in _SYMBOLS:
        return f"<mi>{_SYMBOLS[name]}</mi>"
    if name in _OPERATORS:
        return f"<mo>{escape(_OPERATORS[name])}</mo>"
    if name in _BIG:
        return f"<mo>{_BIG[name]}</mo>"
    if name in _NAMES:
        return f"<mi>{name}</mi><mspace width='0.15em'/>"
    if name in _SPACES:
        return f'<mspace width="{_SPACES[name]}"/>'
    raise InputError(f"\\{name} in {tokens.formula!r} is not known")
