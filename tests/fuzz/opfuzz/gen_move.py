"""Operators that move elements, make them, or tell shapes."""

import math

import numpy as np
from onnx import numpy_helper

from opfuzz import bounds, values
from opfuzz.case import generates


def _moves(b, shape, parameter="T"):
    b.bound = bounds.BITS
    return b.random_tensor(parameter, shape)


def _list(b, name, numbers, constant=0.5):
    """An attribute in old versions, an input in new ones."""
    if b.has(name):
        b.set(**{name: list(numbers)})
    else:
        b.ints(numbers, constant=constant)


# ---- Shapes -------------------------------------------------------------


def _factors(random, count):
    """A random shape with `count` elements."""
    shape = []
    while count > 1 and len(shape) < 5:
        divisors = [d for d in range(1, count + 1) if count % d == 0]
        shape.append(random.choose(divisors))
        count //= shape[-1]
    if count > 1:
        shape[-1] *= count
    return shape


@generates("Reshape")
def reshape(b):
    shape = b.random.shape()
    if math.prod(shape) == 0:
        target, allow = [0, b.random.integer(0, 4)], 1
        if not b.has("allowzero"):
            target, allow = list(shape), 0  # 0 keeps a dimension
    else:
        target, allow = _factors(b.random, math.prod(shape)), 0
        if target and b.random.chance(0.5):
            target[b.random.integer(0, len(target) - 1)] = -1
        elif target and shape and target[0] == shape[0] and (
                b.random.chance(0.5)):
            target[0] = 0
    _moves(b, shape)
    if allow:
        b.set(allowzero=1)
    if target or not b.has("shape"):
        _list(b, "shape", target)
    else:
        b.set(shape=[1])


@generates("Flatten")
def flatten(b):
    shape = b.random.shape(0 if b.version >= 9 else 1)
    _moves(b, shape)
    rank = len(shape)
    low = -rank if b.version >= 11 else 0
    if rank or b.version >= 11:
        b.maybe(0.8, axis=b.random.integer(low, rank))
    else:
        b.set(axis=0)
    if "axis" not in b.attributes and rank == 0:
        b.set(axis=0)


@generates("Squeeze")
def squeeze(b):
    shape = list(b.random.shape())
    for i in range(len(shape)):
        if b.random.chance(0.4):
            shape[i] = 1
    _moves(b, shape)
    ones = [i for i, d in enumerate(shape) if d == 1]
    if ones and b.random.chance(0.7):
        picks = b.random.sample(ones, b.random.integer(1, len(ones)))
        if b.version >= 11:
            picks = [p - len(shape) if b.random.chance(0.3) else p
                     for p in picks]
        _list(b, "axes", picks)


@generates("Unsqueeze")
def unsqueeze(b):
    shape = b.random.shape(0, 3)
    rank = len(shape) + b.random.integer(1, 3)
    axes = b.random.sample(range(rank), rank - len(shape))
    if b.version < 11:
        axes = sorted(axes)
    else:
        axes = [a - rank if b.random.chance(0.3) else a for a in axes]
    b.tag(axes != sorted(axes) or min(axes) < 0, "unsorted")
    _moves(b, shape)
    _list(b, "axes", axes)


@generates("Transpose")
def transpose(b):
    shape = b.random.shape() if b.random.chance(0.9) else (
        b.random.long_shape(1, 4))
    _moves(b, shape)
    if shape and b.random.chance(0.8):
        b.set(perm=b.random.sample(range(len(shape)), len(shape)))


@generates("Expand")
def expand(b):
    target = list(b.random.shape())
    shape = b.random.broadcast(tuple(target))
    for i in range(1, len(shape) + 1):
        # Either side may be the one that stretches.
        if b.random.chance(0.2) and shape[-i] != 0:
            target[-i] = 1
    _moves(b, shape)
    b.ints(target)


@generates("Tile", since=6)
def tile(b):
    shape = b.random.shape(1, 4, limit=100)
    _moves(b, shape)
    b.ints([0 if b.random.chance(0.05) else b.random.integer(1, 3)
            for _ in shape])


@generates("Concat")
def concat(b):
    shape = list(b.random.shape(1, 4, limit=800))
    axis = b.random.axis(len(shape), b.version >= 11)
    for _ in range(b.random.integer(1, 5)):
        shape[axis] = 0 if b.random.chance(0.05) else b.random.dim()
        _moves(b, shape)
    if b.version >= 4 or axis != 1 or b.random.chance(0.5):
        b.set(axis=axis)


@generates("Split", since=2)
def split(b):
    shape = list(b.random.shape(1, 4))
    axis = b.random.axis(len(shape), b.version >= 11)
    count = b.output_count = b.random.integer(1, 4)
    given = b.random.chance(0.6)
    if given:
        sizes = [b.random.integer(0, 4) for _ in range(count)]
        shape[axis] = sum(sizes)
    elif b.has("num_outputs"):
        # The last part may be smaller, but not empty.
        part = b.random.integer(1, 4)
        shape[axis] = part * (count - 1) + b.random.integer(1, part)
        if math.ceil(shape[axis] / count) * (count - 1) >= shape[axis]:
            shape[axis] = part * count
        b.set(num_outputs=count)
    else:
        shape[axis] = count * b.random.integer(1, 4)
    _moves(b, shape)
    if axis != 0 or b.random.chance(0.5):
        b.set(axis=axis)
    if given:
        _list(b, "split", sizes)


@generates("Slice")
def slice_(b):
    shape = b.random.shape(1, 4)
    axes = b.random.axes(len(shape), b.version >= 10, least=1)
    starts, ends, steps = [], [], []
    for axis in axes:
        size = shape[axis]
        far = b.random.chance(0.15)
        starts.append(b.random.integer(-size - 2, size + 2))
        ends.append(b.random.choose((2 ** 31 - 1, -2 ** 31, 2 ** 63 - 1))
                    if far else b.random.integer(-size - 2, size + 2))
        steps.append(b.random.choose((1, 1, 2, 3, -1, -2, 7)))
    _moves(b, shape)
    if b.has("starts"):
        b.set(starts=starts, ends=ends)
        if axes != list(range(len(axes))) or b.random.chance(0.5):
            b.set(axes=axes)
        return
    dtype = b.type("Tind")
    if dtype == np.int32:
        ends = [max(-2 ** 31, min(2 ** 31 - 1, e)) for e in ends]
    everything = axes == list(range(len(shape)))
    b.ints(starts, dtype)
    b.ints(ends, dtype)
    if everything and b.random.chance(0.5):
        b.omit()
    else:
        b.ints(axes, dtype)
    if b.random.chance(0.6):
        b.ints(steps, dtype)


@generates("Pad")
def pad(b):
    shape = b.random.shape(1, 4, limit=500)
    if 0 in shape:
        shape = tuple(max(d, 1) for d in shape)
    mode = b.random.choose(("constant", "reflect", "edge")
                           + (("wrap",) if b.version >= 19 else ()))
    axes = list(range(len(shape)))
    new_axes = b.version >= 18 and b.random.chance(0.4)
    if new_axes:
        axes = b.random.axes(len(shape), least=1)
    pads = []
    for _ in range(2):
        for axis in axes:
            most = shape[axis] - 1 if mode in ("reflect", "wrap") else 4
            low = -((shape[axis] - 1) // 2) if (
                mode == "constant" and b.random.chance(0.2)) else 0
            pads.append(b.random.integer(low, max(low, min(most, 4))))
    dtype = b.type("T")
    _moves(b, shape)
    if mode != "constant" or b.random.chance(0.5):
        b.set(mode=mode)
    if b.version < 11:
        b.set(**{"paddings" if b.version < 2 else "pads": pads})
        b.maybe(0.5, value=b.random.real(-2, 2))
        return
    b.ints(pads)
    # There is no 0 among the powers of two.
    constant = mode == "constant" and (b.random.chance(0.6)
                                       or dtype.name == "float8_e8m0fnu")
    if constant:
        b.tensor(b.random.tensor(dtype, ()))
    elif new_axes:
        b.omit()
    if new_axes:  # ONNX's inference reads constants of int64 only
        kind = b.type("Tind")
        b.ints(axes, kind, constant=0.5 if kind == np.int64 else 0)


@generates("CenterCropPad")
def center_crop_pad(b):
    shape = b.random.shape(1, 4, zero=False, limit=500)
    axes = list(range(len(shape)))
    _moves(b, shape)
    if b.random.chance(0.5):
        axes = b.random.axes(len(shape), least=1)
        b.set(axes=axes)
    b.ints([b.random.integer(1, 9) for _ in axes], b.type("Tind"))


@generates("DepthToSpace", "SpaceToDepth")
def blocks(b):
    n, c, h, w = (b.random.integer(1, 4) for _ in range(4))
    size = b.random.integer(1, 3)
    shape = ((n, c * size * size, h, w) if b.schema.name == "DepthToSpace"
             else (n, c, h * size, w * size))
    _moves(b, shape)
    b.set(blocksize=size)
    b.maybe(mode=b.random.choose(("DCR", "CRD")))


@generates("Trilu")
def trilu(b):
    shape = b.random.shape(2, 4)
    _moves(b, shape)
    b.flag("upper")
    if b.random.chance(0.6):
        b.ints(b.random.integer(-6, 6))


@generates("ReverseSequence")
def reverse_sequence(b):
    shape = b.random.shape(2, 4, zero=False)
    batch = b.random.integer(0, 1)
    _moves(b, shape)
    b.tensor(b.random.tensor(np.int64, (shape[batch],), low=1,
                             high=shape[1 - batch]))
    if batch != 1 or b.random.chance(0.5):
        b.set(batch_axis=batch, time_axis=1 - batch)


# ---- Makers -------------------------------------------------------------


@generates("Shape")
def shape_of(b):
    shape = b.random.shape()
    _moves(b, shape)
    rank = len(shape)
    b.maybe(start=b.random.integer(-rank - 1, rank + 1),
            end=b.random.integer(-rank - 1, rank + 1))
    b.tag(min(b.attributes.get("start", 0), b.attributes.get("end", 0))
          < -rank, "below")


@generates("Size")
def size_of(b):
    _moves(b, b.random.shape())


@generates("ConstantOfShape")
def constant_of_shape(b):
    b.ints(b.random.shape(0, 4), constant=0.6)
    if b.random.chance(0.8):
        dtype = b.type("T2")
        b.set(value=numpy_helper.from_array(b.random.tensor(dtype, (1,))))
    b.bound = bounds.BITS


@generates("Constant")
def constant(b):
    b.bound = bounds.BITS
    choices = ["value"] + [n for n in (
        "value_float", "value_floats", "value_int", "value_ints",
        "value_string", "value_strings") if b.has(n)]
    name = b.random.choose(choices)
    count = b.random.integer(1, 4)
    floats = [b.random.real(-5, 5) for _ in range(count)]
    ints = [b.random.integer(-9, 9) for _ in range(count)]
    texts = [b.random.choose(values.WORDS) for _ in range(count)]
    if name == "value":
        array = b.random.tensor(b.type("T"), b.random.shape())
        b.set(value=numpy_helper.from_array(array))
    elif name.endswith("s"):
        b.set(**{name: {"value_floats": floats, "value_ints": ints,
                        "value_strings": texts}[name]})
    else:
        b.set(**{name: {"value_float": b.random.real(-5, 5),
                        "value_int": b.random.integer(-9, 9),
                        "value_string": b.random.choose(values.WORDS)}[name]})


@generates("EyeLike")
def eye_like(b):
    shape = b.random.shape(2, 2)
    b.random_tensor("T1", shape)
    if b.random.chance(0.5):
        b.set(dtype=values.number_of(b.type("T2")))
    b.maybe(k=b.random.integer(-5, 5))


@generates("Range")
def range_(b):
    dtype = b.type("T")
    start, delta = b.random.integer(-10, 10), b.random.choose((1, 2, 3, -1,
                                                               -2))
    limit = start + delta * b.random.integer(-2, 12)
    numbers = np.array([start, limit, delta])
    if dtype.kind not in "iu":
        # Multiples of what each type holds exactly: the count is certain.
        numbers = numbers * b.random.choose((1.0, 0.5, 0.25))
    for number in numbers:
        b.tensor(np.asarray(number).astype(dtype), constant=0.5)
    b.bound = bounds.real(4)
