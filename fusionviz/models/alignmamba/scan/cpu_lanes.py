"""A numba type for sixteen floats that are computed on together.

numba vectorises a loop only where LLVM can prove that its arrays do not overlap, and
calls the C library once per number for exp. A `Lanes` value is an LLVM vector instead:
`load(array, i) * 2 + load(array, j)` inside a kernel is vector code by construction, on
any processor, and stays in registers. Arithmetic takes lanes and plain numbers, which
then stand for sixteen copies; a product may be fused into a sum.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, register_model

WIDTH = 16
LOG2_E = 1 / math.log(2)
_CONTRACT = ("contract",)

# Terms of 2**x on [-1/2, 1/2], and of artanh(s) / s on [0, 1/3], as powers of s**2:
# what is left out is below half a unit in the last place.
_POWER = [math.log(2) ** k / math.factorial(k) for k in range(14)]
_ARTANH = [1 / (2 * k + 1) for k in range(16)]
_TERMS = {"float": (8, 7), "double": (14, 16)}
# integer of the same size, bits of the mantissa, smallest exponent
_FORMAT = {"float": (ir.IntType(32), 23, -126), "double": (ir.IntType(64), 52, -1022)}


class Lanes(types.Type):
    """WIDTH floats of one dtype."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")

    def can_convert_from(self, typingctx: Any, other: types.Type) -> Any:  # noqa: ANN401
        """Let a number stand for WIDTH copies of it."""
        return Conversion.safe if isinstance(other, types.Number) else None


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:  # noqa: ANN401
        number = dmm.lookup(fe_type.dtype).get_value_type()
        super().__init__(dmm, fe_type, ir.VectorType(number, WIDTH))


@lower_cast(types.Number, Lanes)
def _splat(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:  # noqa: ANN401
    number = context.cast(builder, value, source, target.dtype)
    vector = ir.Constant(ir.VectorType(number.type, WIDTH), ir.Undefined)
    vector = builder.insert_element(vector, number, ir.IntType(32)(0))
    first = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(vector, vector, first)


def _define(function: Callable, emit: Callable, arity: int) -> None:
    """Give `function` a meaning on lanes: emit(builder, *vectors) -> vector."""

    class Template(AbstractTemplate):
        def generic(self, args: tuple, kws: dict) -> Any:  # noqa: ANN401
            lanes = next((a for a in args if isinstance(a, Lanes)), None)
            fits = all(a == lanes or isinstance(a, types.Number) for a in args)
            if lanes is None or not fits or kws or len(args) != arity:
                return None
            return signature(lanes, *[lanes] * arity)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:  # noqa: ANN401
        return emit(builder, *args)

    infer_global(function)(Template)
    lower_builtin(function, *[Lanes] * arity)(lower)


def _constant(like: ir.Value, number: float) -> ir.Constant:
    return ir.Constant(like.type, [number] * WIDTH)


def _add(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return builder.fadd(x, y, flags=_CONTRACT)


def _subtract(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return builder.fsub(x, y, flags=_CONTRACT)


def _multiply(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return builder.fmul(x, y, flags=_CONTRACT)


def _polynomial(
    builder: ir.IRBuilder, x: ir.Value, coefficients: Sequence[float]
) -> ir.Value:
    """Emit c0 + c1 x + c2 x**2 + ... by Horner's rule."""
    value = _constant(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        product = _multiply(builder, value, x)
        value = _add(builder, product, _constant(x, coefficient))
    return value


def _pick_larger(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return builder.select(builder.fcmp_ordered("<", x, y), y, x)


def _pick_smaller(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return builder.select(builder.fcmp_ordered(">", x, y), y, x)


def _emit_exp2(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    name = str(x.type.element)
    integer, mantissa, lowest = _FORMAT[name]
    integers = ir.VectorType(integer, WIDTH)
    x = _pick_larger(builder, x, _constant(x, lowest))
    x = _pick_smaller(builder, x, _constant(x, (2 - lowest) * (1 - 2.0**-mantissa)))
    # adding 1.5 * 2**mantissa rounds to an integer, and leaves it in the lowest bits
    magic = _constant(x, 1.5 * 2.0**mantissa)
    shifted = builder.fadd(x, magic)
    fraction = builder.fsub(x, builder.fsub(shifted, magic))
    power = _polynomial(builder, fraction, _POWER[: _TERMS[name][0]])
    bits = ir.Constant(integers, [mantissa] * WIDTH)
    exponent = builder.shl(builder.bitcast(shifted, integers), bits)
    power = builder.add(builder.bitcast(power, integers), exponent)
    return builder.bitcast(power, x.type)


def _emit_log1p(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    ratio = builder.fdiv(x, _add(builder, x, _constant(x, 2)))
    square = _multiply(builder, ratio, ratio)
    terms = _TERMS[str(x.type.element)][1]
    series = _polynomial(builder, square, _ARTANH[:terms])
    return _multiply(builder, _add(builder, ratio, ratio), series)


def maximum(x: Any, y: Any) -> Any:  # noqa: ANN401 - lanes, inside a kernel
    """Return the larger of two; x where either is not a number."""
    raise NotImplementedError("maximum of lanes exists in a numba kernel only")


def exp2(x: Any) -> Any:  # noqa: ANN401
    """Return 2**x, the smallest or largest normal float where that is outside."""
    raise NotImplementedError("exp2 of lanes exists in a numba kernel only")


def log1p(x: Any) -> Any:  # noqa: ANN401
    """Return log(1 + x) for x in [0, 1], as 2 artanh(x / (2 + x))."""
    raise NotImplementedError("log1p of lanes exists in a numba kernel only")


_define(operator.add, _add, arity=2)
_define(operator.sub, _subtract, arity=2)
_define(operator.mul, _multiply, arity=2)
_define(operator.truediv, ir.IRBuilder.fdiv, arity=2)
_define(maximum, _pick_larger, arity=2)
_define(exp2, _emit_exp2, arity=1)
_define(log1p, _emit_log1p, arity=1)


def _row(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> ir.Value:  # noqa: ANN401
    """Return a pointer to the vector that is row `index` of (row, WIDTH)."""
    view = context.make_array(kind)(context, builder, array)
    place = [index, index.type(0)]
    first = cgutils.get_item_pointer(context, builder, kind, view, place)
    vector = ir.VectorType(first.type.pointee, WIDTH)
    return builder.bitcast(first, vector.as_pointer())


def _load(typingctx: Any, rows: Any, index: Any) -> Any:  # noqa: ANN401
    def emit(context: Any, builder: Any, sig: Any, args: Any) -> ir.Value:  # noqa: ANN401
        place = _row(context, builder, sig.args[0], *args)
        return builder.load(place, align=rows.dtype.bitwidth // 8)

    return Lanes(rows.dtype)(rows, types.intp), emit


def _store(typingctx: Any, rows: Any, index: Any, lanes: Any) -> Any:  # noqa: ANN401
    def emit(context: Any, builder: Any, sig: Any, args: Any) -> None:  # noqa: ANN401
        place = _row(context, builder, sig.args[0], *args[:2])
        builder.store(args[2], place, align=rows.dtype.bitwidth // 8)

    return types.void(rows, types.intp, Lanes(rows.dtype)), emit


def _total(typingctx: Any, lanes: Any) -> Any:  # noqa: ANN401
    def emit(context: Any, builder: Any, sig: Any, args: Any) -> ir.Value:  # noqa: ANN401
        (vector,) = args
        number = vector.type.element
        name = f"llvm.vector.reduce.fadd.v{WIDTH}f{lanes.dtype.bitwidth}"
        kind = ir.FunctionType(number, [number, vector.type])
        reduce = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(reduce, [number(0), vector], fastmath=("reassoc",))

    return lanes.dtype(lanes), emit


# load(rows, i) returns row i of an array (row, WIDTH) as lanes, store(rows, i, lanes)
# writes it, bounds unchecked; total(lanes) returns their sum.
load: Callable[..., Any] = intrinsic(_load)
store: Callable[..., Any] = intrinsic(_store)
total: Callable[..., Any] = intrinsic(_total)
