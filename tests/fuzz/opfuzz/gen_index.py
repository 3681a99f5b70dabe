"""Operators with indices."""

import math

import numpy as np

from opfuzz import bounds
from opfuzz.case import generates


def _data(b, options=None):
    shape = b.random.shape(1, 4, zero=False, limit=600)
    b.random_tensor("T", shape, **(options or {}))
    return shape


@generates("Gather")
def gather(b):
    shape = _data(b)
    axis = b.random.axis(len(shape), b.version >= 11)
    b.tensor(b.random.indices(b.random.shape(0, 2, limit=60), shape[axis],
                              b.type("Tind"), b.version >= 11))
    if axis != 0 or b.random.chance(0.5):
        b.set(axis=axis)
    b.bound = bounds.BITS


@generates("GatherElements")
def gather_elements(b):
    shape = _data(b)
    axis = b.random.axis(len(shape))
    part = list(shape)
    if b.random.chance(0.2):  # the reference wants equal sizes
        part = [b.random.integer(1, d) for d in shape]
    part[axis] = b.random.dim()
    b.tensor(b.random.indices(part, shape[axis], b.type("Tind")))
    b.maybe(0.8, axis=axis)
    if "axis" not in b.attributes:
        b.set(axis=axis)
    b.bound = bounds.BITS


def _tuples(b, shape, depth, batch, negative=True):
    """Index tuples of `depth` into the axes after `batch`."""
    lead = b.random.shape(0, 2, limit=30)
    sizes = shape[batch:batch + depth]
    columns = [b.random.indices((*shape[:batch], *lead), size,
                                negative=negative) for size in sizes]
    return np.stack(columns, axis=-1)


@generates("GatherND")
def gather_nd(b):
    shape = _data(b)
    batch = b.random.integer(0, len(shape) - 1) if b.has("batch_dims") and (
        b.random.chance(0.4)) else 0
    depth = b.random.integer(1, len(shape) - batch)
    b.tensor(_tuples(b, shape, depth, batch, b.version >= 11))
    if batch:
        b.set(batch_dims=batch)
    b.bound = bounds.BITS


def _reduction(b, dtype):
    """A reduction mode; None where the version or the type has none."""
    modes = {16: ("none", "add", "mul"),
             18: ("none", "add", "mul", "max", "min")}.get(b.version)
    if not modes or dtype.kind in "OUbc" or b.random.chance(0.4):
        return "none"
    mode = b.random.choose(modes)
    b.set(reduction=mode)
    return mode


def _update_options(dtype, mode):
    if mode == "none":
        return {}
    if dtype.kind in "iu":
        return {"low": 0 if dtype.kind == "u" else -3, "high": 3}
    return {"finite": True}


@generates("ScatterElements")
def scatter_elements(b):
    dtype = b.type("T")
    mode = _reduction(b, dtype)
    options = _update_options(dtype, mode)
    shape = _data(b, options)
    axis = b.random.axis(len(shape))
    part = [b.random.integer(1, d) for d in shape]
    count = math.prod(part)
    if mode == "none":
        # The same place twice has no defined result.
        line = [b.random.sample(range(shape[axis]), part[axis])
                for _ in range(count // part[axis])]
        spot = axis % len(shape)
        flat = np.array(line, np.int64).reshape(
            *part[:spot], *part[spot + 1:], part[spot])
        indices = np.moveaxis(flat, -1, spot)
        if b.random.chance(0.3):
            indices = indices - shape[axis]
        indices = indices.astype(b.type("Tind"))
    else:
        indices = b.random.indices(part, shape[axis], b.type("Tind"))
    b.tensor(indices)
    b.tensor(b.random.tensor(dtype, part, **options))
    if axis != 0 or b.random.chance(0.5):
        b.set(axis=axis)
    b.bound = (bounds.BITS if mode == "none" else
               bounds.EXACT if mode in ("max", "min")
               else bounds.real(count))


@generates("ScatterND")
def scatter_nd(b):
    dtype = b.type("T")
    mode = _reduction(b, dtype)
    options = _update_options(dtype, mode)
    shape = _data(b, options)
    depth = b.random.integer(1, len(shape))
    if mode == "none":
        places = math.prod(shape[:depth])
        count = b.random.integer(1, min(places, 12))
        flat = b.random.sample(range(places), count)
        indices = np.stack(np.unravel_index(flat, shape[:depth]), -1)
        if b.random.chance(0.3) and b.version >= 11:
            indices = indices - np.array(shape[:depth])
    else:
        indices = _tuples(b, shape, depth, 0)
    b.tensor(indices.astype(np.int64))
    b.tensor(b.random.tensor(dtype, (*indices.shape[:-1], *shape[depth:]),
                             **options))
    b.bound = (bounds.BITS if mode == "none" else
               bounds.EXACT if mode in ("max", "min")
               else bounds.real(indices.size))


@generates("TensorScatter")
def tensor_scatter(b):
    shape = list(b.random.shape(2, 4, zero=False, limit=600))
    axis = b.random.integer(1, len(shape) - 1)
    circular = b.random.chance(0.4)
    longest = shape[axis]
    length = b.random.integer(1, longest)
    b.random_tensor("T", shape)
    b.random_tensor("T", [*shape[:axis], length, *shape[axis + 1:]])
    if b.random.chance(0.8):
        high = 2 * longest if circular else longest - length
        b.tensor(b.random.tensor(np.int64, (shape[0],), low=0, high=high))
    if axis != len(shape) - 2 or b.random.chance(0.5):
        b.set(axis=axis - len(shape) if b.random.chance(0.4) else axis)
    if circular or b.random.chance(0.3):
        b.set(mode="circular" if circular else "linear")
    b.bound = bounds.BITS


@generates("Compress")
def compress(b):
    shape = _data(b)
    if b.random.chance(0.7):
        axis = b.random.axis(len(shape), b.version >= 11)
        b.set(axis=axis)
        size = shape[axis]
    else:
        size = math.prod(shape)
    b.tensor(b.random.tensor(np.bool_, (b.random.integer(1, size),)))
    b.bound = bounds.BITS


@generates("OneHot")
def one_hot(b):
    depth = b.random.integer(1, 9)
    shape = b.random.shape(1, 3, limit=200)
    index_type, depth_type = b.type("T1"), b.type("T2")
    negative = b.version >= 11 and index_type.kind != "u"
    low = -depth - 2 if negative else 0
    indices = b.random.tensor(np.int64, shape, low=low, high=depth + 2)
    b.tensor(indices.astype(index_type))
    # The reference takes scalars only, and computes off + hit * (on - off).
    b.tensor(np.array(depth if b.random.chance(0.8) else [depth]
                      ).astype(depth_type), constant=0.5)
    kind = b.type("T3", lambda d: d.kind not in "OUb" or b.random.chance(0.2))
    b.tensor(b.random.tensor(kind, (2,)) if kind.kind in "OUb"
             else b.random.tensor(np.int8, (2,), low=0, high=9).astype(kind))
    b.maybe(0.7, axis=b.random.integer(-len(shape) - 1, len(shape)))
    b.bound = bounds.BITS


@generates("NonMaxSuppression")
def non_max_suppression(b):
    batches, classes, boxes = (b.random.integer(1, n) for n in (2, 3, 9))
    corners = b.random.tensor(np.float32, (batches, boxes, 4), low=0, high=4)
    if b.random.chance(0.5):
        corners = np.round(corners)
    b.tensor(corners)
    scores = b.random.rng.permutation(batches * classes * boxes)
    b.tensor((scores / 8).astype(np.float32).reshape(batches, classes, boxes))
    # The reference needs all three.
    b.ints([b.random.integer(0, boxes)])
    b.tensor(np.array([b.random.real(0, 1)], np.float32))
    b.tensor(np.array([b.random.real(0, 3)], np.float32))
    b.flag("center_point_box")


@generates("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def loss(b):
    classes = b.random.integer(1, 6)
    batch = b.random.integer(1, 5)
    extra = b.random.shape(0, 2, zero=False, limit=20)
    dtype = b.type("T")
    scores = b.random.tensor(dtype, (batch, classes, *extra), finite=True)
    b.tensor(scores)
    labels = b.random.indices((batch, *extra), classes, b.type("Tind"),
                              negative=False)
    if b.random.chance(0.4):
        ignored = b.random.choose((-1, -100, b.random.integer(0, classes)))
        b.set(ignore_index=ignored)
        labels = np.where(b.random.rng.random(labels.shape) < 0.3,
                          np.asarray(ignored, labels.dtype), labels)
    b.tensor(labels)
    if b.random.chance(0.5):
        b.tensor(b.random.tensor(dtype, (classes,), low=0.1, high=2))
    b.maybe(reduction=b.random.choose(("none", "mean", "sum")))
    terms = classes + labels.size + 8
    if b.schema.name == "SoftmaxCrossEntropyLoss":
        b.output_count = b.random.integer(1, 2)
        # x - log(sum(exp(x))) has the rounding of x.
        largest = float(np.abs(scores.astype(np.float64)).max())
        b.bound = bounds.real(terms, floor=8 + 4 * largest)
    else:
        b.bound = bounds.real(terms)


@generates("MaxUnpool")
def max_unpool(b):
    batch, channels, h, w = (b.random.integer(1, n) for n in (2, 3, 4, 4))
    dtype = b.type("T1")
    size = (2 * h) * (2 * w)
    b.tensor(b.random.tensor(dtype, (batch, channels, h, w)))
    # One place in each window, in a flat index over the whole output.
    rows = 2 * np.arange(h)[:, None] + b.random.rng.integers(
        0, 2, (batch, channels, h, w))
    columns = 2 * np.arange(w) + b.random.rng.integers(
        0, 2, (batch, channels, h, w))
    planes = np.arange(batch * channels).reshape(batch, channels, 1, 1) * size
    b.tensor((planes + rows * 2 * w + columns).astype(np.int64))
    b.set(kernel_shape=[2, 2], strides=[2, 2])
    if b.random.chance(0.3):
        b.ints([batch, channels, 2 * h, 2 * w])
    b.bound = bounds.BITS
