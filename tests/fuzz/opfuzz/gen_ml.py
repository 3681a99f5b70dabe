"""ai.onnx.ml without the trees."""

import numpy as np
from onnx import helper

from opfuzz import bounds, values
from opfuzz.case import ml

WORDS = ("cat", "dog", "", "Ä", "bird", "x")


def _numbers(b, parameter, shape):
    """Numbers near 0, some of them equal."""
    # ONNX's inference refuses all but float32 where the output is float.
    only = b.schema.name in ("LinearRegressor", "Normalizer", "Scaler",
                             "SVMClassifier", "SVMRegressor")
    dtype = b.type(parameter, ("float32",) if only
                   else lambda d: d.kind not in "OU")
    array = b.random.tensor(np.float64, shape, low=-4, high=4)
    if dtype.kind in "iu" or b.random.chance(0.4):
        array = np.round(array)
    b.tensor(array.astype(dtype))
    b.tag(dtype.kind in "iu", "integers")
    return dtype


def _floats(b, count, low=-2, high=2):
    return [float(np.float32(b.random.real(low, high)))
            for _ in range(count)]


@ml("ArrayFeatureExtractor")
def array_feature_extractor(b):
    shape = b.random.shape(1, 3, zero=False, limit=200)
    b.random_tensor("T", shape)
    count = b.random.integer(1, 5)
    b.tensor(b.random.indices((count,) if b.random.chance(0.5)
                              else (1, count), shape[-1], negative=False))
    b.bound = bounds.BITS


@ml("Binarizer")
def binarizer(b):
    _numbers(b, "T", b.random.shape(1, 3))
    b.maybe(threshold=b.random.choose((0.0, 1.0, -1.5)))


@ml("Scaler")
def scaler(b):
    rows, columns = b.random.integer(1, 5), b.random.integer(1, 6)
    _numbers(b, "T", (rows, columns))
    count = b.random.choose((1, columns))
    b.set(scale=_floats(b, count), offset=_floats(b, count))
    b.bound = bounds.real(4)


@ml("Normalizer")
def normalizer(b):
    _numbers(b, "T", (b.random.integer(1, 5), b.random.integer(1, 6)))
    b.maybe(norm=b.random.choose(("MAX", "L1", "L2")))
    b.bound = bounds.real(16)


@ml("Imputer")
def imputer(b):
    rows, columns = b.random.integer(1, 5), b.random.integer(1, 6)
    dtype = _numbers(b, "T", (rows, columns))
    count = b.random.choose((1, columns))
    if dtype.kind in "iu":
        b.set(imputed_value_int64s=[b.random.integer(-9, 9)
                                    for _ in range(count)])
        b.maybe(replaced_value_int64=b.random.integer(-3, 3))
    else:
        b.set(imputed_value_floats=_floats(b, count))
        b.maybe(replaced_value_float=b.random.choose(
            (1.0, -2.0, float("nan"))))


@ml("FeatureVectorizer")
def feature_vectorizer(b):
    rows = b.random.integer(1, 4)
    sizes = [b.random.integer(1, 4) for _ in range(b.random.integer(1, 3))]
    dtype = b.type("T1", ("float32",))  # inference refuses the others
    for size in sizes:
        b.tensor(b.random.tensor(dtype, (rows, size), low=-9, high=9))
    b.set(inputdimensions=sizes)


@ml("OneHotEncoder")
def one_hot_encoder(b):
    shape = b.random.shape(1, 2, zero=False, limit=60)
    dtype = b.type("T")
    if dtype.kind in "OU":
        b.tensor(b.random.texts(WORDS, shape))
        b.set(cats_strings=b.random.sample(WORDS, b.random.integer(1, 5)))
    else:
        b.tensor(b.random.tensor(np.int64, shape, low=0, high=6
                                 ).astype(dtype))
        b.set(cats_int64s=b.random.sample(range(7), b.random.integer(1, 6)))


@ml("LabelEncoder", since=2)
def label_encoder(b):
    random = b.random
    kinds = {"strings": object, "int64s": np.int64, "floats": np.float32}
    shape = random.shape(0, 3, limit=60)
    count = random.integer(1, 5)

    def some(kind, distinct):
        if kind == "strings":
            return (random.sample(WORDS, count) if distinct else
                    [random.choose(WORDS) for _ in range(count)])
        numbers = (random.sample(range(-3, 7), count) if distinct else
                   [random.integer(-9, 9) for _ in range(count)])
        return [float(n) / 2 for n in numbers] if kind == "floats" else (
            numbers)

    source, target = random.choose(list(kinds)), random.choose(list(kinds))
    keys, labels = some(source, True), some(target, False)
    if source == "strings":
        b.tensor(random.texts(WORDS, shape))
    else:
        array = random.tensor(np.int64, shape, low=-3, high=7)
        b.tensor((array / 2 if source == "floats" else array
                  ).astype(kinds[source]))
    count = len(keys)
    b.set(**{f"keys_{source}": keys, f"values_{target}": labels})
    b.maybe(0.5, **{{"strings": "default_string", "int64s": "default_int64",
                     "floats": "default_float"}[target]: {
        "strings": "none", "int64s": 77, "floats": -0.5}[target]})


@ml("DictVectorizer")
def dict_vectorizer(b):
    text = b.random.chance(0.5)
    words = ["cat", "dog", "bird", "fish"] if text else [3, 1, 7, 5]
    keys = b.random.sample(words, b.random.integer(1, 4))
    dtype = np.dtype(b.random.choose((np.float32, np.float64)
                                     + ((np.int64,) if text else ())))
    array = b.random.tensor(dtype, (len(keys),), low=-9, high=9)
    key = values.TensorProto.STRING if text else values.TensorProto.INT64
    b.value(dict(zip(keys, array.tolist())), helper.make_map_type_proto(
        key, helper.make_tensor_type_proto(values.number_of(dtype), None)))
    b.set(**{"string_vocabulary" if text else "int64_vocabulary":
             b.random.sample(words, 4)})


# ---- Linear models and support vectors ----------------------------------

# The reference has no other; what they mean for one class differs anyway.
TRANSFORMS = ("NONE", "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO")


def _labels(b, count):
    if b.random.chance(0.5):
        b.set(classlabels_ints=b.random.sample(range(-4, 9), count))
    else:
        b.set(classlabels_strings=[f"c{i}" for i in range(count)])


@ml("LinearClassifier")
def linear_classifier(b):
    rows, columns = b.random.integer(1, 4), b.random.integer(1, 5)
    classes = b.random.integer(2, 4)
    _numbers(b, "T1", (rows, columns))
    b.set(coefficients=_floats(b, classes * columns),
          intercepts=_floats(b, classes))
    _labels(b, classes)
    b.maybe(post_transform=b.random.choose(TRANSFORMS))
    b.bound = bounds.real(4 * columns + 16, floor=8)


@ml("LinearRegressor")
def linear_regressor(b):
    rows, columns = b.random.integer(1, 4), b.random.integer(1, 5)
    targets = b.random.integer(1, 3)
    _numbers(b, "T", (rows, columns))
    b.set(coefficients=_floats(b, targets * columns),
          intercepts=_floats(b, targets))
    if targets > 1 or b.random.chance(0.5):
        b.set(targets=targets)
    b.bound = bounds.real(4 * columns)


def _kernel(b):
    kind = b.random.choose(("LINEAR", "RBF", "POLY", "SIGMOID"))
    if kind != "LINEAR" or b.random.chance(0.5):
        b.set(kernel_type=kind)
    b.set(kernel_params=[float(np.float32(b.random.real(0.1, 0.5))),
                         float(np.float32(b.random.real(-0.5, 0.5))),
                         float(b.random.integer(1, 3))])


@ml("SVMRegressor")
def svm_regressor(b):
    rows, columns = b.random.integer(1, 4), b.random.integer(1, 4)
    supports = b.random.integer(1, 4)
    _numbers(b, "T", (rows, columns))
    _kernel(b)
    b.set(coefficients=_floats(b, supports), n_supports=supports,
          support_vectors=_floats(b, supports * columns), rho=_floats(b, 1))
    b.bound = bounds.real(64, floor=64)


@ml("SVMClassifier")
def svm_classifier(b):
    rows, columns = b.random.integer(1, 4), b.random.integer(1, 4)
    classes = b.random.integer(3, 4)
    per_class = [b.random.integer(1, 3) for _ in range(classes)]
    supports = sum(per_class)
    _numbers(b, "T1", (rows, columns))
    _kernel(b)
    b.set(coefficients=_floats(b, (classes - 1) * supports),
          support_vectors=_floats(b, supports * columns),
          vectors_per_class=per_class,
          rho=_floats(b, classes * (classes - 1) // 2))
    _labels(b, classes)
    b.bound = bounds.real(64, floor=64)
