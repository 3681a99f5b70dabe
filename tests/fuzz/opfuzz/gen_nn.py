"""Convolutions, pooling and normalizations of images."""

import dataclasses
import math

import numpy as np

from opfuzz import bounds
from opfuzz.case import generates


@dataclasses.dataclass
class Window:
    """A kernel that slides over `size`."""
    size: list
    kernel: list
    strides: list
    dilations: list
    pads: list

    def output(self):
        rank = len(self.size)
        return [(n + self.pads[i] + self.pads[i + rank] - span)
                // self.strides[i] + 1
                for i, (n, span) in enumerate(zip(self.size, self.spans()))]

    def spans(self):
        return [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations)]

    def misses(self):
        """Whether some window holds nothing of the input."""
        return any(
            all(not 0 <= o * self.strides[i] - self.pads[i]
                + k * self.dilations[i] < self.size[i]
                for k in range(self.kernel[i]))
            for i, count in enumerate(self.output()) for o in range(count))

    @classmethod
    def random(cls, random, rank, dilate=True, pad=True, small=False):
        """Pads are shorter than the kernel, and the kernel fits."""
        kernel = [random.integer(1, 3) for _ in range(rank)]
        dilations = [random.integer(1, 2) if dilate else 1
                     for _ in range(rank)]
        window = cls([], kernel, [random.integer(1, 3) for _ in range(rank)],
                     dilations, [])
        window.pads = [random.integer(0, k - 1) if pad else 0
                       for k in kernel * 2]
        for i, span in enumerate(window.spans()):
            least = max(1, span - window.pads[i] - window.pads[i + rank])
            window.size.append(least + random.integer(0, 3 if small else 7))
        return window


def _rank(b):
    return b.random.choose((1, 2, 2, 2, 3))


def _set_window(b, window, kernel=True):
    """The attributes, those with default values at times left out."""
    rank = len(window.size)
    if kernel or b.random.chance(0.6):
        b.set(kernel_shape=window.kernel)
    for name, value, default in (
            ("strides", window.strides, [1] * rank),
            ("dilations", window.dilations, [1] * rank),
            ("pads", window.pads, [0] * 2 * rank)):
        if value != default or (b.has(name) and b.random.chance(0.3)):
            b.set(**{name: value})


def _auto_pad(b, window):
    """SAME or VALID in place of pads, some of the time."""
    if not b.random.chance(0.25):
        return False
    mode = b.random.choose(("SAME_UPPER", "SAME_LOWER", "VALID"))
    window.pads = [0] * len(window.pads)
    window.dilations = [1] * len(window.dilations)
    window.size = [max(n, k) for n, k in zip(window.size, window.kernel)]
    b.set(auto_pad=mode)
    b.tag(mode != "VALID" and any(
        (-(-n // s) - 1) * s + k < n for n, s, k in zip(
            window.size, window.strides, window.kernel)), "negative pads")
    return True


# ---- Convolutions -------------------------------------------------------


def _conv_shapes(b):
    """(window, shape of x, shape of w, groups)"""
    window = Window.random(b.random, _rank(b))
    groups, inputs = b.random.integer(1, 3), b.random.integer(1, 4)
    outputs = groups * b.random.integer(1, 4)
    if b.random.chance(0.15):  # depthwise
        groups, inputs, outputs = 4, 1, 4 * b.random.integer(1, 2)
    _auto_pad(b, window)
    batch = b.random.integer(1, 3)
    return (window, (batch, groups * inputs, *window.size),
            (outputs, inputs, *window.kernel), groups)


def _set_groups(b, groups):
    if groups > 1 or b.random.chance(0.3):
        b.set(group=groups)


@generates("Conv")
def conv(b):
    window, x, w, groups = _conv_shapes(b)
    b.random_tensor("T", x, finite=True)
    b.tensor(b.random.tensor(b.type("T"), w, finite=True), constant=0.5)
    if b.random.chance(0.5):
        b.random_tensor("T", w[:1], finite=True)
    _set_window(b, window, kernel=False)
    _set_groups(b, groups)
    # Winograd's transforms add roundings of their own.
    b.bound = bounds.real(math.prod(w[1:]) + 16)


@generates("ConvTranspose")
def conv_transpose(b):
    rank = _rank(b)
    window = Window.random(b.random, rank)
    groups, outputs = b.random.integer(1, 3), b.random.integer(1, 3)
    inputs = groups * b.random.integer(1, 3)
    size = [b.random.integer(1, 5) for _ in range(rank)]
    spans = window.spans()
    full = [s * (n - 1) + span for s, n, span in zip(window.strides, size,
                                                     spans)]
    for i in range(rank):  # something has to be left
        while window.pads[i] + window.pads[i + rank] >= full[i]:
            window.pads[i], window.pads[i + rank] = 0, 0
    b.random_tensor("T", (b.random.integer(1, 2), inputs, *size), finite=True)
    b.random_tensor("T", (inputs, outputs, *window.kernel), finite=True)
    if b.random.chance(0.5):
        b.random_tensor("T", (groups * outputs,), finite=True)
    _set_window(b, window, kernel=False)
    _set_groups(b, groups)
    if b.random.chance(0.3):
        b.set(output_padding=[
            b.random.integer(0, max(s, d) - 1)
            for s, d in zip(window.strides, window.dilations)])
    b.bound = bounds.real(inputs * math.prod(window.kernel) + 16)


@generates("CausalConvWithState")
def causal_conv(b):
    batch, channels, length, k = (b.random.integer(1, n)
                                  for n in (3, 4, 9, 4))
    b.random_tensor("T", (batch, channels, length), finite=True)
    b.random_tensor("T", (channels, 1, k), finite=True)
    if b.random.chance(0.5):
        b.random_tensor("T", (channels,), finite=True)
    else:
        b.omit()
    if b.random.chance(0.5):
        b.random_tensor("T", (batch, channels, k - 1), finite=True)
    b.maybe(activation=b.random.choose(("none", "silu", "swish")))
    b.bound = bounds.real(k + 8)


@generates("ConvInteger")
def conv_integer(b):
    window, x, w, groups = _conv_shapes(b)
    b.random_tensor("T1", x)
    b.random_tensor("T2", w)
    if b.random.chance(0.7):
        b.tensor(b.random.tensor(b.type("T1"), ()))
        if b.random.chance(0.7):
            shape = () if b.random.chance(0.6) or len(w) != 4 else w[:1]
            b.tensor(b.random.tensor(b.type("T2"), shape))
    _set_window(b, window, kernel=False)
    _set_groups(b, groups)


def scale(b, shape=(), dtype=np.float32):
    return b.random.tensor(dtype, shape, low=0.01, high=0.2)


@generates("QLinearConv")
def qlinear_conv(b):
    window, x, w, groups = _conv_shapes(b)
    per_channel = len(w) == 4 and b.random.chance(0.4)
    shape = w[:1] if per_channel else ()
    b.random_tensor("T1", x)
    b.tensor(scale(b))
    b.tensor(b.random.tensor(b.type("T1"), ()))
    b.random_tensor("T2", w)
    b.tensor(scale(b, shape))
    zero = b.random.tensor(b.type("T2"), shape)
    b.tensor(zero)
    b.tensor(scale(b))
    b.tensor(b.random.tensor(b.type("T3"), ()))
    if b.random.chance(0.5):
        b.tensor(b.random.tensor(np.int32, w[:1], low=-500, high=500))
    _set_window(b, window, kernel=False)
    _set_groups(b, groups)
    b.bound = bounds.QUANTUM


@generates("DeformConv")
def deform_conv(b):
    window = Window.random(b.random, 2, small=True)
    window.size = [max(n, 2) for n in window.size]  # the reference divides
    groups, inputs = b.random.integer(1, 2), b.random.integer(1, 2)
    outputs, batch = groups * b.random.integer(1, 2), b.random.integer(1, 2)
    channels = groups * inputs
    offset_groups = b.random.choose(
        [g for g in (1, 2) if channels % g == 0])
    points = offset_groups * math.prod(window.kernel)
    result = window.output()
    b.random_tensor("T", (batch, channels, *window.size), finite=True)
    b.random_tensor("T", (outputs, inputs, *window.kernel), finite=True)
    b.tensor(b.random.tensor(b.type("T"), (batch, points * 2, *result),
                             low=-1.5, high=1.5))
    mask = b.random.chance(0.5)
    if b.random.chance(0.5):
        b.random_tensor("T", (outputs,), finite=True)
    elif mask:
        b.omit()
    if mask:
        b.tensor(b.random.tensor(b.type("T"), (batch, points, *result),
                                 low=0, high=1))
    _set_window(b, window)
    _set_groups(b, groups)
    if offset_groups > 1:
        b.set(offset_group=offset_groups)
    # Sampling places are computed too, and multiply the slope of x.
    b.bound = bounds.real(channels * points + 64, floor=64)


# ---- Pooling ------------------------------------------------------------


def _pool(b, dtype_options=None):
    window = Window.random(b.random, _rank(b), dilate=b.has("dilations"))
    shape = (b.random.integer(1, 2), b.random.integer(1, 3))
    _auto_pad(b, window)
    b.random_tensor("T", (*shape, *window.size), **(dtype_options or {}))
    _set_window(b, window)
    if "auto_pad" not in b.attributes:
        b.flag("ceil_mode", p=0.3)
    return window


@generates("AveragePool")
def average_pool(b):
    window = _pool(b, {"finite": True})
    b.flag("count_include_pad")
    b.bound = bounds.real(math.prod(window.kernel))


@generates("LpPool", since=2)
def lp_pool(b):
    window = _pool(b, {"finite": True})
    b.maybe(p=b.random.integer(1, 3))
    b.bound = bounds.real(math.prod(window.kernel) + 8)


@generates("MaxPool")
def max_pool(b):
    dtype = b.type("T")
    window = _pool(b, {"finite": True} if dtype.kind not in "iu" else {})
    if b.version >= 8 and b.random.chance(0.4):
        b.output_count = 2
        b.flag("storage_order", p=0.3)
        b.tag(set(window.strides + window.dilations) == {1},
              "indices at unit steps")
    b.tag("auto_pad" not in b.attributes and window.misses(), "padding alone")
    b.tag(len(window.size) > 2, "3d")


@generates("GlobalAveragePool", "GlobalMaxPool")
def global_pool(b):
    shape = b.random.shape(3, 5, zero=False)
    b.random_tensor("T", shape, finite=True)
    if b.schema.name != "GlobalMaxPool":
        b.bound = bounds.real(math.prod(shape[2:]))


# ---- Normalizations -----------------------------------------------------


def _epsilon(b):
    b.maybe(epsilon=b.random.choose((1e-5, 1e-3, 0.1, 1e-2)))


@generates("BatchNormalization", since=6)
def batch_normalization(b):
    shape = b.random.shape(2, 4, zero=False, limit=600)
    names = ["T"] + ["T1"] * 2 + ["T2"] * 2 if b.version >= 15 else (
        ["T"] * 3 + ["U"] * 2 if b.version == 14 else ["T"] * 5)
    b.random_tensor("T", shape, finite=True)
    for name in names[1:4]:
        b.tensor(b.random.tensor(b.type(name), shape[1:2], finite=True))
    b.tensor(b.random.tensor(b.type(names[4]), shape[1:2], low=0.05, high=3))
    if b.version < 7:
        b.set(is_test=1)
    _epsilon(b)
    b.maybe(0.4, momentum=b.random.real(0.1, 0.95))
    if b.has("training_mode") and len(shape) > 2 and b.random.chance(0.3):
        b.set(training_mode=1)
        b.output_count = 3
    b.bound = bounds.real(math.prod(shape) // shape[1] + 8, floor=16)


@generates("InstanceNormalization")
def instance_normalization(b):
    shape = b.random.shape(3, 5, zero=False, limit=600)
    b.random_tensor("T", shape, finite=True)
    for _ in range(2):
        b.random_tensor("T", shape[1:2], finite=True)
    _epsilon(b)
    b.bound = bounds.real(math.prod(shape[2:]) + 8, floor=16)


@generates("GroupNormalization", since=21)
def group_normalization(b):
    groups, each = b.random.integer(1, 3), b.random.integer(1, 3)
    shape = (b.random.integer(1, 3), groups * each,
             *b.random.shape(1, 2, zero=False, limit=100))
    b.random_tensor("T", shape, finite=True)
    for _ in range(2):
        b.random_tensor("T", shape[1:2], finite=True)
    b.set(num_groups=groups)
    _epsilon(b)
    b.bound = bounds.real(math.prod(shape) + 8, floor=16)


@generates("LayerNormalization", "RMSNormalization")
def layer_normalization(b):
    shape = b.random.shape(1, 4, zero=False, limit=800)
    axis = b.random.axis(len(shape))
    tail = shape[axis % len(shape):]
    dtype = b.type(b.schema.inputs[0].type_str)
    # RMSNormalization's inference wants both of one type.
    second = b.type(b.schema.inputs[1].type_str, (dtype.name,))
    b.tensor(b.random.tensor(dtype, shape, finite=True))
    b.tensor(b.random.tensor(second, tail, finite=True))
    if b.schema.name == "LayerNormalization":
        if b.random.chance(0.6):
            b.random_tensor("T", tail, finite=True)
        b.output_count = b.random.choose((1, 1, 2, 3))
    if axis != -1 or b.random.chance(0.3):
        b.set(axis=axis)
    _epsilon(b)
    b.bound = bounds.real(math.prod(tail) + 8, floor=16)


@generates("LRN")
def lrn(b):
    # The reference goes through the channels as if they were the batch.
    count = b.random.integer(1, 5)
    b.random_tensor("T", (count, count, b.random.integer(1, 4),
                          b.random.integer(1, 4)), finite=True)
    b.set(size=b.random.integer(1, 5))
    b.maybe(alpha=b.random.real(1e-4, 0.5), beta=b.random.real(0.3, 1),
            bias=b.random.real(0.5, 2))
    b.bound = bounds.real(16)


@generates("Dropout", since=7)
def dropout(b):
    b.random_tensor("T", b.random.shape())
    if b.has("ratio"):
        b.maybe(ratio=b.random.real(0, 0.9))
    elif b.random.chance(0.6):
        training = b.random.chance(0.3)
        ratio = 0 if training else b.random.real(0, 0.9)
        b.tensor(np.array(ratio, b.type("T1")))
        if b.random.chance(0.6) or training:
            b.tensor(np.array(training))
    if b.version >= 12:  # before, inference disagrees about the mask's type
        b.output_count = b.random.integer(1, 2)
    b.bound = bounds.BITS
