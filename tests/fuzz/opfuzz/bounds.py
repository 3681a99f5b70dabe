"""How far an output may be from the expectation, and the comparison.

bits      moves: equal bits, any NaN for a NaN
exact     integers, truth values, strings, and float operations that IEEE 754
          rounds correctly: equal values
shape     random numbers: type and shape only
quantum   integers made by rounding a float: at most 1 apart
text      numbers as strings: texts that mean the same number
real      float arithmetic

`real` judges against the same model evaluated in float64, which is free of
the reference's own float32 or float16 errors. With u the unit roundoff of the
output type, f the exact result and d the largest change of the result when
every float input is multiplied by 1 + u or 1 - u at random:

    |got - f| <= (4 + terms) (2 u |f| + d) + floor 2 u + tiny

A backward stable algorithm gives the exact result for inputs that are each
wrong by a few u; d measures what that does to the result, so that cancellation
and bad condition are allowed for where they exist and nowhere else. `terms` is
the number of roundings that may add up in one element (the length of a sum).
`floor` is for formulas that subtract from a constant near 1. tiny is the
smallest normal number: denormal results may be flushed. An element also passes
when it is as near to the reference's result in the model's own types.
"""

import dataclasses

import numpy as np

from opfuzz import values


@dataclasses.dataclass(frozen=True)
class Bound:
    kind: str = "exact"
    terms: int = 0
    floor: float = 0.0


BITS, EXACT, SHAPE, QUANTUM, TEXT = (
    Bound(kind) for kind in ("bits", "exact", "shape", "quantum", "text"))


def real(terms=0, floor=0.0):
    return Bound("real", int(terms), floor)


class Mismatch(Exception):
    """What differs, in one line."""


def _places(bad, got, want):
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    return (f"{int(bad.sum())} of {bad.size} elements, first at {place}: "
            f"{got[place]!s} instead of {want[place]!s}")


def _unequal(got, want):
    """Where values differ; NaN equals NaN."""
    if want.dtype.kind in "OU":
        return np.asarray(got != want, bool).reshape(want.shape)
    with np.errstate(all="ignore"):
        return ~((got == want) | ((got != got) & (want != want)))


def _bits(array):
    return np.ascontiguousarray(array).reshape(array.shape).view(
        f"u{array.dtype.itemsize}")


def _unequal_bits(got, want):
    if want.dtype.kind in "OUbc":
        return _unequal(got, want)
    if want.dtype.name in values.SMALL_INTS or "float4" in want.dtype.name or (
            "float6" in want.dtype.name):
        return _unequal(got, want)  # the upper bits of a byte mean nothing
    bad = _bits(got) != _bits(want)
    if want.dtype.kind in "iu":
        return bad
    with np.errstate(all="ignore"):
        return bad & ~((got != got) & (want != want))


def _other_number(got, want):
    """Where texts mean different numbers; float32 decides."""
    def numbers(array):
        return np.array([np.float32(t) for t in array.reshape(-1)],
                        np.float32).reshape(array.shape)

    try:
        return _unequal(numbers(got), numbers(want))
    except ValueError:
        return np.asarray(got != want, bool).reshape(want.shape)


def check_form(got, want, path):
    """Type and shape of one tensor."""
    if not isinstance(got, np.ndarray):
        raise Mismatch(f"{path}: {type(got).__name__} instead of a tensor")
    if got.shape != want.shape:
        raise Mismatch(f"{path}: shape {got.shape} instead of {want.shape}")
    texts = want.dtype.kind in "OU" and got.dtype.kind in "OU"
    if got.dtype != want.dtype and not texts:
        raise Mismatch(f"{path}: type {got.dtype} instead of {want.dtype}")


def tolerance(bound, exact, spread, dtype):
    info = values.finfo(dtype)
    eps = float(info.eps)
    tiny = float(info.smallest_normal)
    if dtype.name == "float16":
        tiny = float(info.smallest_subnormal) * (4 + bound.terms)
    return ((4 + bound.terms) * (eps * np.abs(exact) + spread)
            + bound.floor * eps + tiny)


def _far(got, exact, spread, bound, dtype):
    """Where `got` is farther from `exact` than allowed."""
    with np.errstate(all="ignore"):
        allowed = tolerance(bound, exact, spread, dtype)
        near = np.abs(got - exact) <= allowed
        near |= (got == exact) | (np.isnan(got) & np.isnan(exact))
        # Overflow may come a rounding earlier or later.
        top = float(values.finfo(dtype).max)
        edge = np.abs(exact) + np.nan_to_num(allowed) >= top
        near |= edge & np.isinf(got) & (np.sign(got) == np.sign(exact))
        near |= np.isinf(exact) & (np.abs(got) >= top * 0.99) & (
            np.sign(got) == np.sign(exact))
    return ~near


def check_real(got, native, exact, spread, bound, path):
    """`native` is the reference's result in the model's types; `exact` and
    `spread` are float64, or None when there is no better knowledge."""
    check_form(got, native, path)
    wide = got.astype(np.float64)
    own = native.astype(np.float64)
    if exact is None or exact.shape != native.shape:
        exact, spread = own, np.zeros(own.shape)
    bad = _far(wide, exact, spread, bound, native.dtype)
    bad &= _far(wide, own, spread, bound, native.dtype)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        allowed = tolerance(bound, exact, spread, native.dtype)[place]
        raise Mismatch(f"{path}: {_places(bad, got, native)} "
                       f"(exact {exact[place]!s}, allowed {allowed:.2g})")


def check_tensor(got, want, bound, path):
    """All kinds but `real`."""
    check_form(got, want, path)
    if bound.kind == "shape" or want.size == 0:
        return
    if bound.kind == "bits":
        bad = _unequal_bits(got, want)
    elif bound.kind == "text" and want.dtype.kind in "OU":
        bad = _other_number(got, want)
    elif bound.kind == "quantum" and want.dtype.kind in "iu":
        bad = np.abs(got.astype(np.int64) - want.astype(np.int64)) > 1
    else:
        bad = _unequal(got, want)
    if bad.any():
        raise Mismatch(f"{path}: {_places(bad, got, want)}")


def check(got, want, bound, path, exact=None, spread=None):
    """Compares one output, whatever it is; raises Mismatch."""
    if isinstance(want, np.ndarray):
        if bound.kind == "real" and values.is_float(want.dtype):
            check_real(got, want, exact, spread, bound, path)
        else:
            check_tensor(got, want, bound, path)
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            size = len(got) if isinstance(got, list) else type(got).__name__
            raise Mismatch(f"{path}: sequence of {size} instead of "
                           f"{len(want)}")
        for i, pair in enumerate(zip(got, want)):
            inner = [part[i] if isinstance(part, list) else None
                     for part in (exact, spread)]
            check(*pair, bound, f"{path}[{i}]", *inner)
    elif want is None or isinstance(want, dict):
        if got != want:
            raise Mismatch(f"{path}: {got!r} instead of {want!r}")
    else:
        raise Mismatch(f"{path}: the reference gave {type(want).__name__}")
