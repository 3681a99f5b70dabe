"""Reductions, scans, normalizations along axes, sorting."""

import math

import numpy as np

from opfuzz import bounds, values
from opfuzz.case import generates


def _size(shape, axes):
    return math.prod(shape[a] for a in axes)


@generates("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
           "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
           "ReduceSumSquare")
def reduce(b):
    name = b.schema.name
    # What the mean of no integers is, nobody says.
    empty = name != "ReduceMean" or b.type("T").kind not in "iu"
    shape = b.random.shape(zero=empty) if b.random.chance(0.9) else (
        b.random.long_shape(1, 3) if empty else (40, 50))
    exact = name in ("ReduceMax", "ReduceMin")
    dtype = b.type("T")
    options = {} if exact else {"finite": True}
    if dtype.kind in "iu":  # no sum that overflows
        options = {"low": 0 if dtype.kind == "u" else -3, "high": 3}
    elif name == "ReduceProd":  # nor one that depends on the order
        options = {"low": -1.5, "high": 1.5}
    if name == "ReduceLogSum" and dtype.kind not in "iu":
        options = {"low": 0.01, "high": 10}
    b.random_tensor("T", shape, **options)
    axes = b.random.axes(len(shape), negative=b.version >= 11)
    b.flag("keepdims")
    given = bool(axes) and b.random.chance(0.8)
    if b.has("axes"):
        if given:
            b.set(axes=axes)
    else:
        b.flag("noop_with_empty_axes", p=0.3)
        if given or b.random.chance(0.2):
            b.ints(axes if given else [])
    if not exact:
        b.bound = bounds.real(max(_size(shape, axes), math.prod(shape)))


@generates("ArgMax", "ArgMin")
def arg_extreme(b):
    shape = b.random.shape(1, zero=False)
    b.random_tensor("T", shape)
    b.maybe(0.8, axis=b.random.axis(len(shape), b.version >= 11))
    b.flag("keepdims", "select_last_index")


@generates("CumSum", "CumProd")
def cumulate(b):
    shape = b.random.shape(1)
    dtype = b.type(b.schema.inputs[0].type_str)
    options = ({"low": 0 if dtype.kind == "u" else -3, "high": 3}
               if dtype.kind in "iu" else {"low": -1.5, "high": 1.5})
    b.random_tensor(b.schema.inputs[0].type_str, shape, **options)
    axis = b.random.axis(len(shape))
    b.ints(axis, b.type("T2"))
    b.flag("exclusive", "reverse")
    b.bound = bounds.real(shape[axis])


@generates("Softmax", "LogSoftmax")
def softmax(b):
    shape = b.random.shape(1)
    if b.version < 13 and len(shape) == 1:
        shape = (b.random.dim(), *shape)  # the default axis is 1
    array = b.random_tensor("T", shape, finite=True)
    b.maybe(0.8, axis=b.random.axis(len(shape), b.version >= 11))
    # x - log(sum(exp(x))) has the rounding of x.
    largest = float(np.abs(array.astype(np.float64)).max(initial=0.0))
    b.bound = bounds.real(8 + max(shape), floor=8 + (
        4 * largest if b.schema.name == "LogSoftmax" else 0))


@generates("Hardmax")
def hardmax(b):
    shape = b.random.shape(1)
    if b.version < 13 and len(shape) == 1:
        shape = (b.random.dim(), *shape)
    b.random_tensor("T", shape, finite=True)
    b.maybe(0.8, axis=b.random.axis(len(shape), b.version >= 11))


@generates("LpNormalization")
def lp_normalization(b):
    shape = b.random.shape(1, zero=False)
    b.random_tensor("T", shape, finite=True)
    b.maybe(0.8, axis=b.random.axis(len(shape)))
    b.maybe(p=b.random.integer(1, 2))
    b.bound = bounds.real(max(shape))


@generates("MeanVarianceNormalization")
def mean_variance(b):
    b.type("T", ("float32",))  # for others inference refuses the body
    rank = b.random.integer(2, 4)
    if b.random.chance(0.5):
        b.set(axes=sorted(b.random.axes(rank, negative=False, least=1)))
    else:
        rank = 4  # the default axes are 0, 2, 3
    shape = b.random.shape(rank, rank, zero=False, limit=300)
    b.random_tensor("T", shape, finite=True)
    b.bound = bounds.real(math.prod(shape), floor=8)


@generates("TopK")
def top_k(b):
    shape = list(b.random.shape(1, 4, zero=False))
    axis = b.random.axis(len(shape), b.version >= 11)
    if b.random.chance(0.1):
        shape[axis] = b.random.integer(100, 600)
    dtype = b.type("T")
    array = b.random.tensor(dtype, shape)
    if dtype.kind not in "iu":
        # The order of NaN among numbers is nowhere defined.
        array = np.where(np.isnan(array.astype(np.float64)),
                         np.zeros(1, dtype), array)
    b.tensor(array)
    k = b.random.integer(1, shape[axis])
    if b.has("k"):
        b.set(k=k)
    else:
        b.ints([k])
    b.maybe(0.8, axis=axis)
    if "axis" not in b.attributes:
        if b.has("k"):
            b.set(k=min(k, shape[-1]))
        else:
            b.set(axis=axis)
    b.flag("largest")
    if b.has("sorted"):  # unsorted has no defined order to compare
        b.maybe(0.3, sorted=1)


@generates("NonZero")
def non_zero(b):
    b.random_tensor("T", b.random.shape(1))


@generates("Unique")
def unique(b):
    b.flag("sorted")
    b.output_count = b.random.integer(1, 4)
    # In order of first occurrence, the reference can do only this.
    simple = b.attributes.get("sorted") == 0 and b.random.chance(0.8)
    shape = b.random.shape(1, 1 if simple else 3)
    if simple:
        b.output_count = max(2, b.output_count)
    b.tag(len(shape) > 1 or b.output_count == 1, "not simple")
    dtype = b.type("T", lambda d: d.kind != "c")
    array = b.random.tensor(dtype, shape, finite=True)
    if values.is_float(dtype) or dtype.kind == "f":
        array = np.round(array.astype(np.float64)).astype(dtype)
        array = array + np.zeros(1, dtype)  # no negative zero
    b.tensor(array)
    if b.random.chance(0.5):
        b.set(axis=b.random.axis(len(shape)))


@generates("Det")
def determinant(b):
    size = b.random.integer(1, 5)
    batch = b.random.shape(0, 2, limit=20)
    b.random_tensor("T", (*batch, size, size), finite=True)
    b.bound = bounds.real(size ** 3, floor=100)


@generates("Einsum")
def einsum(b):
    equation, count = b.random.choose((
        ("ij,jk->ik", 2), ("ij->ji", 1), ("ii->i", 1), ("ij->", 1),
        ("bij,bjk->bik", 2), ("...ij,...jk->...ik", 2), ("i,i->", 2),
        ("i,j->ij", 2), ("ij,ij->i", 2), ("bij, bkj -> bik", 2),
        ("ij,jk", 2), ("...ii->...i", 1), ("ij,jk,kl->il", 3)))
    sizes = {c: b.random.integer(1, 6) for c in "bijkl"}
    extra = b.random.shape(0, 2, zero=False, limit=12)
    dtype = b.type("T")
    options = ({"low": 0 if dtype.kind == "u" else -3, "high": 3}
               if dtype.kind in "iu" else {"finite": True})
    for term in equation.partition("->")[0].split(","):
        shape = extra if "..." in term else ()
        shape += tuple(sizes[c] for c in term.strip() if c != ".")
        b.random_tensor("T", shape, **options)
    b.set(equation=equation)
    b.bound = bounds.real(40 * count)
