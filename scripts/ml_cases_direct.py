"""Cases of ai.onnx.ml that scikit-learn does not reach: one node each, the
expectation computed here with NumPy from the operator's text.

`cases()` yields (name, model, inputs, outputs, version) like ml_cases_sklearn.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

TYPES = {
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "float16": TensorProto.FLOAT16,
    "int16": TensorProto.INT16,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
    "object": TensorProto.STRING,
}
KEYS = {int: TensorProto.INT64, str: TensorProto.STRING}
VALUES = {int: TensorProto.INT64, str: TensorProto.STRING,
          float: TensorProto.FLOAT}
RNG = np.random.default_rng(7)


def _type_of(value, is_input):
    if isinstance(value, dict):
        key, item = next(iter(value.items()))
        return helper.make_map_type_proto(
            KEYS[type(key)], helper.make_tensor_type_proto(VALUES[type(item)],
                                                           []))
    if isinstance(value, list):
        return helper.make_sequence_type_proto(_type_of(value[0], is_input))
    shape = list(value.shape)
    if is_input and shape:
        shape[0] = None  # any number of rows
    return helper.make_tensor_type_proto(TYPES[str(value.dtype)], shape)


def case(name, op, inputs, outputs, version=1, domain="ai.onnx.ml", **attrs):
    node = helper.make_node(
        op, [f"x{i}" for i in range(len(inputs))],
        [f"y{i}" for i in range(len(outputs))], domain=domain,
        **{k: v for k, v in attrs.items() if v is not None})
    graph = helper.make_graph(
        [node], name,
        [helper.make_value_info(f"x{i}", _type_of(v, True))
         for i, v in enumerate(inputs)],
        [helper.make_value_info(f"y{i}", _type_of(v, False))
         for i, v in enumerate(outputs)])
    model = helper.make_model(
        graph, ir_version=10,
        opset_imports=[helper.make_opsetid("", 21),
                       helper.make_opsetid("ai.onnx.ml", version)])
    return name, model, inputs, outputs, version


def _texts(*values):
    return np.array(values, object)


def _f32(*values):
    return np.array(values, np.float32)


def maps():
    numbers = {7: 1.5, -3: 2.0, 2: -4.25}
    texts = {2: "10", 0: "-7", 5: "3"}
    cast = lambda name, value, out, **a: case(
        f"cast_map_{name}", "CastMap", [value], [out], **a)
    yield cast("dense", numbers, _f32([2.0, -4.25, 1.5]), cast_to="TO_FLOAT")
    yield cast("int64", numbers, np.array([[2, -4, 1]]), cast_to="TO_INT64")
    yield cast("strings", texts, _texts(["-7", "10", "3"]),
               cast_to="TO_STRING")
    yield cast("strings_to_float", texts, _f32([-7, 10, 3]))
    yield cast("strings_to_int64", texts, np.array([[-7, 10, 3]]),
               cast_to="TO_INT64")
    yield cast("sparse", {4: 2.5, 1: 1.0}, _f32([0, 1, 0, 0, 2.5, 0]),
               map_form="SPARSE", max_map=6)
    vectorize = lambda name, value, out, **a: case(
        f"dict_vectorizer_{name}", "DictVectorizer", [value], [out], **a)
    words = ["b", "c", "a"]
    yield vectorize("ints", {"a": 5, "b": -2}, np.array([[-2, 0, 5]]),
                    string_vocabulary=words)
    yield vectorize("int_keys", numbers, _f32([0, 1.5, -4.25, 2.0]),
                    int64_vocabulary=[9, 7, 2, -3])
    yield vectorize("strings", {3: "x", 1: "y"}, _texts(["y", "", "x"]),
                    int64_vocabulary=[1, 2, 3])
    x = RNG.random((3, 2)).astype(np.float32)
    row_maps = lambda keys: [dict(zip(keys, r.tolist())) for r in x]
    yield case("zip_map_ints", "ZipMap", [x], [row_maps([7, -8])],
                classlabels_int64s=[7, -8])
    yield case("zip_map_strings", "ZipMap", [x], [row_maps(["no", "yes"])],
                classlabels_strings=["no", "yes"])
    yield case("zip_map_row", "ZipMap", [x[0]], [row_maps([1, 2])[:1]],
                classlabels_int64s=[1, 2])


def features():
    x = RNG.normal(size=(4, 3))
    ints = RNG.integers(-9, 9, size=(4, 3))
    pick = np.array([2, 0, 2])
    for kind, data in [("double", x), ("int32", ints.astype(np.int32)),
                       ("strings", ints.astype(str).astype(object))]:
        yield case(f"array_feature_extractor_{kind}", "ArrayFeatureExtractor",
                    [data, pick], [data[:, pick]])
    yield case("binarizer_int64", "Binarizer", [ints],
                [(ints > 2).astype(np.int64)], threshold=2.0)
    yield case("binarizer_double", "Binarizer", [x],
                [(x > 0).astype(np.float64)])
    for kind, data in [("double", x), ("int64", ints),
                       ("int32", ints.astype(np.int32))]:
        scaled = (data - np.float32([1, -2, 0.5])) * np.float32(0.25)
        yield case(f"scaler_{kind}", "Scaler", [data],
                    [scaled.astype(np.float32)], offset=[1.0, -2.0, 0.5],
                    scale=[0.25] * 3)
    largest = np.abs(x).max(axis=1, keepdims=True)
    yield case("normalizer_max_double", "Normalizer", [np.abs(x)],
                [(np.abs(x) / largest).astype(np.float32)], norm="MAX")
    sums = np.abs(ints).sum(axis=1, keepdims=True)
    yield case("normalizer_l1_int64", "Normalizer", [ints],
                [(ints / sums).astype(np.float32)], norm="L1")
    vector = x[0].astype(np.float32)
    yield case("normalizer_vector", "Normalizer", [vector],
                [vector / np.sqrt((vector**2).sum())], norm="L2")
    holes = np.array([[0, 5, 0], [7, 0, -1]])
    yield case("imputer_int64", "Imputer", [holes],
                [np.where(holes == 0, [[1, 2, 3]], holes)],
                replaced_value_int64=0, imputed_value_int64s=[1, 2, 3])
    wide = np.array([[np.nan, 1.5], [2.5, np.nan]])
    yield case("imputer_double", "Imputer", [wide],
                [np.nan_to_num(wide, nan=-1.0)],
                replaced_value_float=float("nan"), imputed_value_floats=[-1.0])
    reals = _f32([1.9, -2.0], [3.0, 8.0])
    hot = (reals.astype(np.int64)[..., None] == [1, 3, -2]).astype(np.float32)
    yield case("one_hot_floats", "OneHotEncoder", [reals], [hot],
                cats_int64s=[1, 3, -2])
    words = _texts(["b", "a"], ["?", "b"])
    hot = (words[..., None] == _texts("a", "b")).astype(np.float32)
    yield case("one_hot_matrix", "OneHotEncoder", [words], [hot],
                cats_strings=["a", "b"])
    a, b = RNG.normal(size=(2, 3, 2)).astype(np.float32)
    yield case("feature_vectorizer", "FeatureVectorizer", [a, b],
                [np.concatenate([a, b], axis=1)], inputdimensions=[2, 2])
    padded = np.concatenate([a, np.zeros((3, 1)), b[:, :1]], axis=1)
    yield case("feature_vectorizer_sizes", "FeatureVectorizer", [a, b],
                [padded.astype(np.float32)], inputdimensions=[3, 1])
    yield case("feature_vectorizer_int64", "FeatureVectorizer",
                [ints, ints[:, :1]],
                [np.concatenate([ints, ints[:, :1]], 1).astype(np.float32)],
                inputdimensions=[3, 1])


def _look_up(x, keys, values, default, dtype):
    table = dict(zip(keys, values))
    nan = next((v for k, v in table.items() if k != k), default)
    flat = [nan if v != v else table.get(v, default) for v in x.ravel()]
    return np.array(flat, dtype).reshape(x.shape)


def labels():
    words = _texts(["b", "z"], ["a", "b"])
    yield case("label_encoder_1", "LabelEncoder", [words],
                [np.array([[1, -7], [0, 1]])], classes_strings=["a", "b"],
                default_int64=-7)
    yield case("label_encoder_1_back", "LabelEncoder",
                [np.array([1, 5, 0, -1])], [_texts("b", "?", "a", "?")],
                classes_strings=["a", "b"], default_string="?")
    nan = float("nan")
    lists = {
        "strings": (["x", "y", "w"], _texts("y", "?", "x"), "_Unused", object),
        "int64s": ([4, -1, 1 << 40], np.array([1 << 40, 9, 4]), -1, np.int64),
        "floats": ([0.5, nan, -3.0], _f32(nan, 9, -3), -0.0, np.float32),
    }
    for version, key in ((v, k) for v in (2, 4) for k in lists):
        for value in lists:
            keys, x, _, _ = lists[key]
            values, _, default, dtype = lists[value]
            yield case(
                f"label_encoder_{version}_{key}_{value}", "LabelEncoder", [x],
                [_look_up(x, keys, values, default, dtype)], version,
                **{f"keys_{key}": keys, f"values_{value}": values})
    for key, value in [("int16", "int32"), ("int32", "float64"),
                       ("float64", "int16"), ("object", "float64"),
                       ("float64", "object"), ("int64", "float32")]:
        pool = {"object": _texts("p", "q", "r")}
        make = lambda kind: pool.get(kind, np.array([3, -2, 5], kind))
        keys, values = make(key), make(value)
        x = np.concatenate([keys[::-1], make(key)[:1]])
        x[2] = "?" if key == "object" else 77
        default = values[2:]
        yield case(
            f"label_encoder_4_{key}_{value}_tensors", "LabelEncoder", [x],
            [_look_up(x, keys, values, default[0], values.dtype)], 4,
            keys_tensor=numpy_helper.from_array(keys),
            values_tensor=numpy_helper.from_array(values),
            default_tensor=numpy_helper.from_array(default))
    # The last of several equal keys counts.
    yield case("label_encoder_4_repeated", "LabelEncoder", [_texts("a")],
                [np.array([2])], 4, keys_strings=["a", "a"],
                values_int64s=[1, 2])
    category = {"cats_strings": ["a", "b"], "cats_int64s": [5, 6]}
    yield case("category_mapper_to_int", "CategoryMapper", [words],
                [np.array([[6, -1], [5, 6]])], **category)
    yield case("category_mapper_to_string", "CategoryMapper",
                [np.array([6, 0])], [_texts("b", "none")],
                default_string="none", **category)


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _logistic(x):
    return 1 / (1 + np.exp(-x))


def linear():
    x = RNG.normal(size=(5, 3)).astype(np.float32)
    w = RNG.normal(size=(2, 3)).astype(np.float32)
    b = RNG.normal(size=2).astype(np.float32)
    raw = (x.astype(np.float64) @ w.T + b)
    common = {"coefficients": w.ravel().tolist(), "intercepts": b.tolist()}
    for name, transform, out in [("softmax", "SOFTMAX", _softmax(raw)),
                                 ("logistic", "LOGISTIC", _logistic(raw)),
                                 ("softmax_zero", "SOFTMAX_ZERO",
                                  _softmax(raw))]:
        yield case(f"linear_regressor_{name}", "LinearRegressor", [x],
                    [out.astype(np.float32)], targets=2,
                    post_transform=transform, **common)
    top = np.array([40, 50])[raw.argmax(axis=1)]
    for kind, data in [("double", x.astype(np.float64)), ("float", x)]:
        yield case(f"linear_classifier_{kind}", "LinearClassifier", [data],
                    [top, _softmax(raw).astype(np.float32)],
                    classlabels_ints=[40, 50], post_transform="SOFTMAX",
                    **common)
    ints = RNG.integers(-4, 4, size=(4, 3))
    one = ints @ w[0].astype(np.float64) + b[0]
    scores = np.stack([_logistic(-one), _logistic(one)], axis=1)
    yield case("linear_classifier_one_column", "LinearClassifier", [ints],
                [_texts("no", "yes")[(one > 0).astype(int)],
                 scores.astype(np.float32)],
                classlabels_strings=["no", "yes"], post_transform="LOGISTIC",
                coefficients=w[0].tolist(), intercepts=b[:1].tolist())
    plane = x.astype(np.float64) @ w[0] + 0.5
    yield case("svm_regressor_plane", "SVMRegressor", [x],
                [plane.astype(np.float32).reshape(-1, 1)],
                coefficients=w[0].tolist(), rho=[0.5])
    yield case("svm_classifier_planes", "SVMClassifier", [x],
                [top * 0 + np.array([40, 50])[(raw - b).argmax(axis=1)],
                 (raw - b + 0.25).astype(np.float32)],
                classlabels_ints=[40, 50], rho=[0.25],
                coefficients=w.ravel().tolist())


def texts():
    """Counts of n-grams; scikit-learn does the counting, on the same words."""
    corpus = ["red fox red dog", "dog fox dog dog", "red red fox cat"]
    tokens = np.array([line.split() for line in corpus], object)
    for name, model, mode in [
        ("counts", CountVectorizer(), "TF"),
        ("bigrams", CountVectorizer(ngram_range=(1, 2)), "TF"),
        ("only_bigrams", CountVectorizer(ngram_range=(2, 2)), "TF"),
        ("weights", TfidfVectorizer(ngram_range=(1, 2), norm=None), "TFIDF"),
        ("presence", TfidfVectorizer(norm=None, binary=True), "IDF"),
    ]:
        expected = model.fit_transform(corpus).toarray().astype(np.float32)
        order = sorted(model.vocabulary_, key=lambda g: (g.count(" "), g))
        pool = [word for gram in order for word in gram.split()]
        singles = sum(" " not in gram for gram in order)
        low, high = model.ngram_range
        attrs = {
            "mode": mode, "min_gram_length": low, "max_gram_length": high,
            "max_skip_count": 0, "ngram_counts": [0, singles][:high],
            "ngram_indexes": [int(model.vocabulary_[g]) for g in order],
        }
        if mode != "TF":
            attrs["weights"] = [
                float(model.idf_[model.vocabulary_[g]]) for g in order]
        yield case(f"tf_idf_{name}", "TfIdfVectorizer", [tokens], [expected],
                    domain="", pool_strings=pool, **attrs)
        ids = {word: i for i, word in enumerate(sorted(set(pool)))}
        row = np.array([ids[w] for w in tokens[0]])
        yield case(f"tf_idf_{name}_ints", "TfIdfVectorizer", [row],
                    [expected[0]], domain="",
                    pool_int64s=[ids[w] for w in pool], **attrs)


def cases():
    for group in (maps, features, labels, linear, texts):
        yield from group()
