"""Sequences, optionals, and operators with a body."""

import numpy as np
from onnx import TensorProto, helper

from opfuzz import bounds, values
from opfuzz.case import Impossible, generates, tensor_type


def _element(type_string):
    """numpy type of the elements of `seq(tensor(float))`."""
    return values.dtype_of(type_string.removeprefix("seq(").removesuffix(")"))


def _sequence_types(b, parameter):
    for constraint in b.schema.type_constraints:
        if constraint.type_param_str == parameter:
            found = [_element(t) for t in constraint.allowed_type_strs
                     if t.startswith("seq(tensor")]
            return sorted((d for d in found if d is not None),
                          key=lambda d: d.name)
    raise Impossible(parameter)


def _arrays(b, dtype, count, same=False):
    shape = b.random.shape(0, 3, limit=60)
    return [b.random.tensor(dtype, shape if same
                            else b.random.shape(0, 3, limit=60))
            for _ in range(count)]


def _random_sequence(b, parameter, low=0):
    """Adds a sequence; its type and length."""
    dtype = b.random.choose(_sequence_types(b, parameter))
    count = b.random.integer(low, 4)
    b.sequence(_arrays(b, dtype, count), dtype)
    b.bound = bounds.BITS
    return dtype, count


def _position(b, low, high):
    b.ints(b.random.integer(low, high), b.type("I"))


@generates("SequenceAt")
def sequence_at(b):
    _, count = _random_sequence(b, "S", 1)
    _position(b, -count, count - 1)


@generates("SequenceErase")
def sequence_erase(b):
    _, count = _random_sequence(b, "S", 1)
    if b.random.chance(0.8):
        _position(b, -count, count - 1)


@generates("SequenceInsert")
def sequence_insert(b):
    dtype, count = _random_sequence(b, "S")
    b.tensor(b.random.tensor(dtype, b.random.shape(0, 3, limit=60)))
    if b.random.chance(0.8):
        position = b.random.integer(-count, count)
        b.ints(position, b.type("I"))
        b.tag(position == count, "at end")


@generates("SequenceLength")
def sequence_length(b):
    _random_sequence(b, "S")


@generates("SequenceConstruct")
def sequence_construct(b):
    dtype = b.type("T")
    for array in _arrays(b, dtype, b.random.integer(1, 4)):
        b.tensor(array)
    b.bound = bounds.BITS


@generates("SequenceEmpty")
def sequence_empty(b):
    if b.random.chance(0.7):
        b.set(dtype=values.number_of(b.random.choose(
            _sequence_types(b, "S"))))


@generates("ConcatFromSequence")
def concat_from_sequence(b):
    dtype = b.random.choose(_sequence_types(b, "S"))
    stack = b.random.chance(0.5)
    shape = list(b.random.shape(0 if stack else 1, 3, limit=60))
    rank = len(shape) + (1 if stack else 0)
    axis = b.random.axis(rank)
    arrays = []
    for _ in range(b.random.integer(1, 4)):
        if not stack:
            shape[axis] = b.random.integer(0, 4)
        arrays.append(b.random.tensor(dtype, shape))
    b.sequence(arrays, dtype)
    b.set(axis=axis)
    if stack or b.random.chance(0.3):
        b.set(new_axis=int(stack))
    b.bound = bounds.BITS


@generates("SplitToSequence")
def split_to_sequence(b):
    shape = list(b.random.shape(1, 3, zero=False, limit=200))
    axis = b.random.axis(len(shape))
    kind = b.random.integer(0, 2)
    if kind == 1:
        sizes = [b.random.integer(1, 3) for _ in range(b.random.integer(1,
                                                                        3))]
        shape[axis] = sum(sizes)
    b.random_tensor("T", shape)
    if kind == 1:
        b.ints(sizes, b.type("I"))
    elif kind == 2:
        b.ints(b.random.integer(1, 4), b.type("I"))
    else:
        b.flag("keepdims")
    if axis != 0 or b.random.chance(0.5):
        b.set(axis=axis)
    b.bound = bounds.BITS


# ---- Optionals ----------------------------------------------------------


def _optional_value(b, empty):
    """Adds an optional input, with a tensor or a sequence inside."""
    dtype = np.dtype(b.random.choose((np.float32, np.int64, np.bool_,
                                      np.float64)))
    inner = tensor_type(dtype, None)
    if b.random.chance(0.3):
        inner = helper.make_sequence_type_proto(inner)
        value = _arrays(b, dtype, b.random.integer(1, 3))
    else:
        value = b.random.tensor(dtype, b.random.shape(0, 3, limit=60))
    b.value(None if empty else value, helper.make_optional_type_proto(inner))
    b.bound = bounds.BITS


@generates("Optional")
def optional(b):
    dtype = b.type("V")
    if b.random.chance(0.3):
        b.sequence(_arrays(b, dtype, 2), dtype)
    else:
        b.tensor(b.random.tensor(dtype, b.random.shape(0, 3, limit=60)))
    b.bound = bounds.BITS


@generates("OptionalGetElement")
def optional_get_element(b):
    if b.version >= 18 and b.random.chance(0.3):
        b.tensor(b.random.tensor(np.float32, b.random.shape(0, 3)))
        b.bound = bounds.BITS
    else:
        _optional_value(b, empty=False)


@generates("OptionalHasElement")
def optional_has_element(b):
    if b.version >= 18 and b.random.chance(0.3):
        if b.random.chance(0.7):
            b.tensor(b.random.tensor(np.float32, b.random.shape(0, 3)))
    else:
        _optional_value(b, empty=b.random.chance(0.5))


# ---- Bodies -------------------------------------------------------------


def _info(name, dtype, rank):
    return helper.make_tensor_value_info(
        name, values.number_of(dtype), [f"{name}_{i}" for i in range(rank)])


def _scalar(name, number):
    return helper.make_tensor_value_info(name, number, [])


def _branch(name, dtype, rank, source):
    """A body without inputs: source * source + source, or its negative."""
    nodes = [helper.make_node("Mul", [source, source], [f"{name}_m"]),
             helper.make_node("Add", [f"{name}_m", source], [f"{name}_y"])]
    if name == "else":
        nodes.append(helper.make_node("Neg", [f"{name}_y"], [f"{name}_z"]))
    last = nodes[-1].output[0]
    return helper.make_graph(nodes, name, [], [_info(last, dtype, rank)])


@generates("If")
def if_(b):
    """The branches read a value of the graph around them."""
    if b.version < 11:
        raise Impossible("bodies need operators of the same opset")
    dtype = np.dtype(b.random.choose((np.float32, np.int64, np.float64)))
    array = b.random.tensor(dtype, b.random.shape(0, 3), low=-9, high=9)
    b.tensor(np.array(b.random.chance(0.5)), constant=0.3)
    b.outer(array)
    b.set(then_branch=_branch("then", dtype, array.ndim, "outer"),
          else_branch=_branch("else", dtype, array.ndim, "outer"))
    b.bound = bounds.real(8)


@generates("Loop")
def loop(b):
    """v = v * 0.5 + outer, collected, until a count or a condition."""
    if b.version < 11:
        raise Impossible("bodies need operators of the same opset")
    # What the reference can stack.
    shape = b.random.shape(*b.random.choose(((1, 1), (1, 1), (0, 2))),
                           zero=False, limit=30)
    count = b.random.integer(0 if b.random.chance(0.2) else 1, 5)
    stop = b.random.integer(0, 6)  # after the iteration of this number
    b.ints(count, constant=0.3)
    if b.random.chance(0.5):
        b.tensor(np.array(True), constant=0.3)
    else:
        b.omit()
    value = b.random.tensor(np.float32, shape, low=-3, high=3)
    b.tensor(value)
    b.outer(b.random.tensor(np.float32, shape, low=-3, high=3))
    half = helper.make_tensor("half", TensorProto.FLOAT, [], [0.5])
    limit = helper.make_tensor("limit", TensorProto.INT64, [], [stop])
    nodes = [helper.make_node("Mul", ["v_in", "half"], ["v_half"]),
             helper.make_node("Add", ["v_half", "outer"], ["v_out"]),
             helper.make_node("Less", ["iteration", "limit"], ["cond_out"]),
             helper.make_node("Identity", ["v_out"], ["scan_out"])]
    rank = len(shape)
    body = helper.make_graph(
        nodes, "body",
        [_scalar("iteration", TensorProto.INT64),
         _scalar("cond_in", TensorProto.BOOL),
         _info("v_in", np.float32, rank)],
        [_scalar("cond_out", TensorProto.BOOL),
         _info("v_out", np.float32, rank), _info("scan_out", np.float32,
                                                 rank)], [half, limit])
    b.set(body=body)
    b.output_count = 2
    b.tag(count == 0, "no iteration")
    b.bound = bounds.real(16)


@generates("Scan", since=9)
def scan(b):
    """A running sum over one or two scanned inputs."""
    if b.version < 11:
        raise Impossible("bodies need operators of the same opset")
    random = b.random
    shape = list(random.shape(0, 2, zero=False, limit=20))
    scanned = random.integer(1, 2)
    length = random.integer(1, 5)
    rare = random.chance(0.2)  # the reference has no other axes, directions
    axes = [random.integer(0, len(shape)) if rare else 0
            for _ in range(scanned)]
    b.tensor(random.tensor(np.float32, shape, low=-2, high=2))
    for axis in axes:
        part = [*shape[:axis], length, *shape[axis:]]
        b.tensor(random.tensor(np.float32, part, low=-2, high=2))
    rank = len(shape)
    names = [f"x_{i}" for i in range(scanned)]
    nodes, total = [], "state_in"
    for i, name in enumerate(names):
        nodes.append(helper.make_node("Add", [total, name], [f"t_{i}"]))
        total = f"t_{i}"
    nodes += [helper.make_node("Identity", [total], ["state_out"]),
              helper.make_node("Neg", [total], ["y_out"])]
    body = helper.make_graph(
        nodes, "body",
        [_info(n, np.float32, rank) for n in ["state_in", *names]],
        [_info(n, np.float32, rank) for n in ("state_out", "y_out")])
    b.set(body=body, num_scan_inputs=scanned)
    if any(axes) or random.chance(0.3):
        b.set(scan_input_axes=axes)
    if rare:
        b.maybe(0.4, scan_input_directions=[random.integer(0, 1)
                                            for _ in range(scanned)],
                scan_output_directions=[random.integer(0, 1)])
        b.maybe(0.3, scan_output_axes=[random.integer(0, rank)])
    b.output_count = 2
    b.bound = bounds.real(8 * length)


@generates("SequenceMap")
def sequence_map(b):
    count = b.random.integer(0, 4)
    rank = b.random.integer(0, 2)
    arrays = [b.random.tensor(np.float32, b.random.shape(rank, rank, limit=20)
                              ) for _ in range(count)]
    b.sequence(arrays, np.float32)
    extra = b.random.chance(0.2)
    inputs = [_info("a", np.float32, rank)]
    if extra:
        b.tensor(b.random.tensor(np.float32, ()), constant=0)
        inputs.append(_info("s", np.float32, 0))
    node = helper.make_node("Add" if extra else "Neg",
                            ["a", "s"] if extra else ["a"], ["r"])
    b.set(body=helper.make_graph([node], "body", inputs,
                                 [_info("r", np.float32, rank)]))
