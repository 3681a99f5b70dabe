"""Sampling of images, and transforms of signals."""

import math

import numpy as np

from opfuzz import bounds, values
from opfuzz.case import generates
from opfuzz.gen_nn import Window

# ---- Resizing -----------------------------------------------------------


@generates("Upsample")
def upsample(b):
    rank = 4 if b.version < 7 else b.random.integer(2, 4)
    mode = b.random.choose(("nearest", "linear") if b.version >= 7
                           else ("nearest", "bilinear"))
    shape = [b.random.integer(1, 5) for _ in range(rank)]
    kind = b.type("T", None if mode == "nearest" else values.FLOATS)
    b.tensor(b.random.tensor(kind, shape, finite=True))
    scales = [1.0] * (rank - 2) + [b.random.choose((1.0, 2.0, 1.5, 3.0))
                                   for _ in range(2)]
    b.set(mode=mode)
    if b.version < 7:
        b.set(height_scale=scales[2], width_scale=scales[3])
    elif b.has("scales"):
        b.set(scales=scales)
    else:
        b.tensor(np.array(scales, np.float32), constant=0.7)
    b.bound = bounds.real(16) if mode != "nearest" else bounds.EXACT


# Of these the place of an output element in the input is a float; where it
# lies exactly between two elements, roundings decide which one is nearest.
SCALES = (0.5, 1.0, 1.5, 2.0, 3.0, 0.75, 0.6)


def _coordinates(b, mode):
    choices = ["half_pixel", "align_corners", "asymmetric",
               "pytorch_half_pixel"]
    if b.version >= 19:
        choices.append("half_pixel_symmetric")
    if b.version == 11:
        choices.append("tf_half_pixel_for_nn")
    return b.random.choose(choices)


@generates("Resize")
def resize(b):
    random = b.random
    rank = random.integer(2, 4)
    shape = [random.integer(1, 2)] * (rank - 2) + [random.integer(1, 6)
                                                   for _ in range(2)]
    mode = random.choose(("nearest", "linear") if b.version < 11
                         else ("nearest", "linear", "cubic"))
    first = b.schema.inputs[0].type_str
    kind = b.type(first, None if mode == "nearest" else values.FLOATS)
    # The reference goes through float64.
    b.tensor(random.tensor(kind, shape, low=0, high=100)
             if kind.name in ("int64", "uint64")
             else random.tensor(kind, shape, finite=True))
    b.set(mode=mode)
    # The reference multiplies with 1 and 0 even then: signs of zeros vanish.
    b.bound = bounds.EXACT if mode == "nearest" else bounds.real(64, floor=64)
    axes = list(range(rank))
    if b.version >= 18 and random.chance(0.4):
        axes = [rank - 2, rank - 1]
        b.set(axes=axes)
    factors = [random.choose(SCALES) if a >= rank - 2 else 1.0 for a in axes]
    factors = [f if math.floor(shape[a] * f) >= 1 else 1.0
               for a, f in zip(axes, factors)]
    if b.version < 11:
        b.tensor(np.array(factors, np.float32), constant=0.7)
        return
    b.set(coordinate_transformation_mode=_coordinates(b, mode))
    if mode == "nearest":
        b.maybe(nearest_mode=random.choose((
            "floor", "ceil", "round_prefer_floor", "round_prefer_ceil")))
    if mode == "cubic":
        b.maybe(0.5, cubic_coeff_a=random.choose((-0.75, -0.5)))
        b.maybe(0.3, exclude_outside=1)
    if mode != "nearest":
        b.maybe(0.3, antialias=1)
    if b.version < 13:
        b.tensor(np.zeros(0, np.float32))
    else:
        b.omit()
    if random.chance(0.6):
        b.tensor(np.array(factors, np.float32), constant=0.7)
        return
    if b.version < 13:
        b.tensor(np.zeros(0, np.float32))
    else:
        b.omit()
    sizes = [random.integer(1, 9) if a >= rank - 2 else shape[a]
             for a in axes]
    if "axes" in b.attributes and random.chance(0.4):
        b.set(keep_aspect_ratio_policy=random.choose(
            ("not_larger", "not_smaller")))
    b.ints(sizes, constant=0.7)


@generates("GridSample")
def grid_sample(b):
    rank = b.random.choose((2, 2, 3)) if b.version >= 20 else 2
    size = [b.random.integer(1, 5) for _ in range(rank)]
    result = [b.random.integer(1, 4) for _ in range(rank)]
    batch, channels = b.random.integer(1, 2), b.random.integer(1, 2)
    names = (("linear", "nearest", "cubic") if b.version >= 20
             else ("bilinear", "nearest", "bicubic"))
    mode = b.random.choose(names if rank == 2 else names[:2])
    if b.version < 20 and b.random.chance(0.7):
        mode = "nearest"  # the reference knows only the newer names
    if mode == "nearest":  # whose places do not depend on the precision
        b.type("T2", ("float32", "float64"))
    kind = b.type("T1", None if mode == "nearest" else values.FLOATS)
    b.tensor(b.random.tensor(kind, (batch, channels, *size), finite=True))
    b.tensor(b.random.tensor(b.type("T2"), (batch, *result, rank), low=-1.3,
                             high=1.3))
    b.set(mode=mode)
    b.maybe(padding_mode=b.random.choose(("zeros", "border", "reflection")))
    b.flag("align_corners")
    b.bound = (bounds.EXACT if mode == "nearest"
               else bounds.real(64, floor=64))


@generates("AffineGrid")
def affine_grid(b):
    rank = b.random.integer(2, 3)
    batch = b.random.integer(1, 2)
    b.tensor(b.random.tensor(b.type("T1"), (batch, rank, rank + 1),
                             finite=True))
    b.ints([batch, b.random.integer(1, 3)]
           + [b.random.integer(2, 5) for _ in range(rank)])
    b.flag("align_corners")
    b.bound = bounds.real(16, floor=4)


@generates("RoiAlign")
def roi_align(b):
    random = b.random
    batch, channels, h, w, count = (random.integer(1, n)
                                    for n in (2, 2, 7, 7, 3))
    dtype = b.type("T1")
    b.tensor(random.tensor(dtype, (batch, channels, h, w), finite=True))
    corners = random.tensor(np.float64, (count, 4), low=0, high=max(h, w))
    low = np.minimum(corners[:, :2], corners[:, 2:])
    rois = np.concatenate([low, low + 0.5 + corners[:, 2:] / 2], 1)
    b.tensor(rois.astype(dtype))
    b.tensor(random.indices((count,), batch, negative=False))
    b.set(output_height=random.integer(1, 3), output_width=random.integer(
        1, 3), sampling_ratio=random.integer(1, 3))
    b.maybe(mode=random.choose(("avg", "max")),
            spatial_scale=random.choose((1.0, 0.5, 0.25)),
            coordinate_transformation_mode=random.choose(
                ("half_pixel", "output_half_pixel")))
    b.bound = bounds.real(64, floor=64)


@generates("Col2Im")
def col2im(b):
    window = Window.random(b.random, 2, small=True)
    batch, channels = b.random.integer(1, 2), b.random.integer(1, 2)
    blocks = math.prod(window.output())
    dtype = b.type("T", lambda d: d.kind not in "OU")
    options = ({"low": 0, "high": 1} if dtype.kind in "iub"
               else {"finite": True} if dtype.kind != "c" else {})
    b.tensor(b.random.tensor(
        dtype, (batch, channels * math.prod(window.kernel), blocks),
        **options))
    b.ints(window.size)
    b.ints(window.kernel)
    b.maybe(1.0, strides=window.strides, pads=window.pads,
            dilations=window.dilations)
    b.bound = bounds.real(math.prod(window.kernel))


# ---- Transforms ---------------------------------------------------------


@generates("DFT")
def dft(b):
    random = b.random
    signal = list(random.shape(1, 3, zero=False, limit=120))
    real = random.chance(0.5)
    rank = len(signal) + 1
    axis = random.integer(0, rank - 2)
    onesided = real and random.chance(0.4)
    dtype = b.type("T1")
    array = random.tensor(dtype, (*signal, 1 if real else 2), finite=True)
    b.tensor(array)
    length = signal[axis]
    if random.chance(0.4):
        length = random.integer(1, 12)
        b.ints(length, b.type("T2"))
    elif b.version >= 20:
        b.omit()
    if b.version >= 20:
        b.ints(axis - rank if random.chance(0.4) else axis)
    else:
        b.set(axis=axis)
    if onesided:
        b.set(onesided=1)
    elif random.chance(0.3):
        b.set(inverse=1)
    b.bound = _transform_bound(array, length)


def _transform_bound(array, length):
    """Sums of `length` terms; what is 0 in theory has their roundings."""
    largest = float(np.abs(array.astype(np.float64)).max(initial=0.0))
    return bounds.real(8 * length + 16, floor=8 * length * largest)


@generates("STFT")
def stft(b):
    random = b.random
    batch, length = random.integer(1, 2), random.integer(4, 20)
    frame = random.integer(2, length)
    dtype = b.type("T1")
    array = random.tensor(dtype, (batch, length, 1), finite=True)
    b.tensor(array)
    kind = b.type("T2")
    b.ints(random.integer(1, 5), kind, constant=0.8)
    window = random.chance(0.6)
    if window:
        b.tensor(random.tensor(dtype, (frame,), low=0, high=1))
    else:
        b.omit()
    if not window or random.chance(0.5):
        b.ints(frame, kind, constant=0.8)
    b.flag("onesided")
    b.bound = _transform_bound(array, frame)


@generates("BlackmanWindow", "HannWindow", "HammingWindow")
def window_function(b):
    b.ints(b.random.integer(2, 40), b.type("T1"))
    b.flag("periodic")
    if b.random.chance(0.4):
        b.set(output_datatype=values.number_of(b.type("T2", values.FLOATS)))
    b.bound = bounds.real(8, floor=8)


@generates("MelWeightMatrix")
def mel_weights(b):
    kind, real = b.type("T1"), b.type("T2", ("float32",))
    for number in (b.random.integer(2, 8), b.random.choose((16, 32, 64)),
                   b.random.choose((8000, 8192, 16000))):
        b.ints(number, kind)
    b.tensor(np.array(b.random.choose((0.0, 20.0, 100.0)), real))
    b.tensor(np.array(b.random.choose((2000.0, 3999.0, 4000.0)), real))
    b.bound = bounds.real(256, floor=256)
