"""Cases of ai.onnx.ml from scikit-learn: a fitted model, what skl2onnx makes of
it, and scikit-learn's own answer as the expectation.

`cases()` yields (name, model, inputs, outputs, version): version is that of the
domain ai.onnx.ml, which the caller writes into the model.
"""

import warnings

import numpy as np
import skl2onnx
import sklearn
from skl2onnx.common.data_types import (
    DictionaryType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn import ensemble, impute, linear_model, pipeline, preprocessing
from sklearn import svm, tree
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.feature_extraction import DictVectorizer

OPSETS = {"": 17, "ai.onnx.ml": 3}
ROWS = 12  # of a case's input


def _iris():
    x, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"], object)
    return x.astype(np.float32), y, names[y]


def _picked(x):
    """Some rows from all over the data, so that every class is met."""
    return x[np.linspace(0, len(x) - 1, ROWS).astype(int)]


def _convert(model, types, **options):
    return skl2onnx.convert_sklearn(
        model,
        initial_types=types,
        target_opset=OPSETS,
        options={id(model): options} if options else None,
    )


def _floats(x):
    return [("X", FloatTensorType([None, x.shape[1]]))]


def _label(values):
    if values.dtype.kind in "OU":
        return values.astype(object)
    return values.astype(np.int64)


def transformers():
    x, _, names = _iris()
    test = _picked(x)
    for name, model in [
        ("standard_scaler", preprocessing.StandardScaler()),
        ("scaler_no_mean", preprocessing.StandardScaler(with_mean=False)),
        ("scaler_no_std", preprocessing.StandardScaler(with_std=False)),
        ("max_abs_scaler", preprocessing.MaxAbsScaler()),
        ("robust_scaler", preprocessing.RobustScaler()),
        ("normalizer_l1", preprocessing.Normalizer("l1")),
        ("normalizer_l2", preprocessing.Normalizer("l2")),
        ("normalizer_max", preprocessing.Normalizer("max")),
        ("binarizer", preprocessing.Binarizer(threshold=2.0)),
    ]:
        model.fit(x)
        yield name, _convert(model, _floats(x)), [test], [model.transform(test)]
    holes = x.copy()
    holes[::3, 1] = np.nan
    holes[::4, 2] = np.nan
    test = _picked(holes)
    for strategy in ("mean", "median", "most_frequent"):
        model = impute.SimpleImputer(strategy=strategy).fit(holes)
        yield (f"imputer_{strategy}", _convert(model, _floats(x)), [test],
               [model.transform(test)])
    column = names.reshape(-1, 1)
    test = _picked(column)
    text = [("X", StringTensorType([None, 1]))]
    model = preprocessing.OrdinalEncoder(dtype=np.int64).fit(column)
    yield ("ordinal_encoder", _convert(model, text), [test],
           [model.transform(test)])
    model = preprocessing.OneHotEncoder(
        handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    model.fit(column)
    test = np.append(test, [["?"]], axis=0).astype(object)
    yield ("one_hot_strings", _convert(model, text), [test],
           [model.transform(test)])
    numbers = np.array([[3], [7], [-2], [3]], np.int64)
    model.fit(numbers)
    yield ("one_hot_ints",
           _convert(model, [("X", Int64TensorType([None, 1]))]),
           [numbers], [model.transform(numbers)])
    model = preprocessing.LabelEncoder().fit(names)
    test = _picked(names)
    yield ("label_encoder", _convert(model, [("X", StringTensorType([None]))]),
           [test], [model.transform(test).astype(np.int64)])


def dictionaries():
    samples = [{"a": 1.5, "b": 2.0}, {"c": -3.0}, {"b": 7.0, "c": 0.25}]
    model = DictVectorizer(sparse=False, dtype=np.float32).fit(samples)
    types = [("X", DictionaryType(StringTensorType([1]), FloatTensorType([])))]
    graph = _convert(model, types)
    for i, sample in enumerate(samples):
        yield (f"dict_vectorizer_{i}", graph, [sample],
               [model.transform([sample])])


def regressors():
    x, y = load_diabetes(return_X_y=True)
    x = x.astype(np.float32) * 20
    two = np.stack([y, y[::-1]], axis=1)
    test = _picked(x)
    three = {"n_estimators": 7, "random_state": 1}
    for name, model, target in [
        ("linear_regression", linear_model.LinearRegression(), y),
        ("linear_regression_2", linear_model.LinearRegression(), two),
        ("ridge_no_intercept", linear_model.Ridge(fit_intercept=False), y),
        ("svr_linear", svm.SVR(kernel="linear"), y),
        ("svr_rbf", svm.SVR(kernel="rbf", C=100), y),
        ("svr_poly", svm.SVR(kernel="poly", degree=3, coef0=0.5), y),
        ("svr_sigmoid", svm.SVR(kernel="sigmoid", gamma=0.01), y),
        ("nu_svr", svm.NuSVR(C=50), y),
        ("linear_svr", svm.LinearSVR(random_state=1), y),
        ("tree_regressor", tree.DecisionTreeRegressor(max_depth=5), y),
        ("tree_regressor_2", tree.DecisionTreeRegressor(max_depth=4), two),
        ("forest_regressor", ensemble.RandomForestRegressor(**three), y),
        ("extra_trees_regressor", ensemble.ExtraTreesRegressor(**three), y),
        ("boosting_regressor", ensemble.GradientBoostingRegressor(**three), y),
    ]:
        model.fit(x, target)
        result = model.predict(test).astype(np.float32)
        yield (name, _convert(model, _floats(x)), [test],
               [result.reshape(ROWS, -1)])
    model = svm.OneClassSVM(nu=0.3).fit(x)
    yield ("one_class_svm", _convert(model, _floats(x)), [test],
           [model.predict(test).astype(np.int64).reshape(-1, 1),
            model.decision_function(test).astype(np.float32).reshape(-1, 1)])


def _classifiers():
    few = {"n_estimators": 6, "random_state": 2}
    return [
        ("logistic", linear_model.LogisticRegression(max_iter=500)),
        ("linear_svc", svm.LinearSVC()),
        ("svc_linear", svm.SVC(kernel="linear")),
        ("svc_rbf", svm.SVC(kernel="rbf")),
        ("svc_poly", svm.SVC(kernel="poly", coef0=1.0)),
        ("svc_sigmoid", svm.SVC(kernel="sigmoid", gamma=0.01)),
        ("nu_svc", svm.NuSVC(nu=0.2)),
        ("tree", tree.DecisionTreeClassifier(max_depth=4, random_state=1)),
        ("forest", ensemble.RandomForestClassifier(**few)),
        ("extra_trees", ensemble.ExtraTreesClassifier(max_depth=5, **few)),
        ("boosting", ensemble.GradientBoostingClassifier(**few)),
    ]


def classifiers():
    x, y, names = _iris()
    two = y != 0
    for name, model in _classifiers():
        options = {} if name == "linear_svc" else {"zipmap": False}
        if not hasattr(model, "predict_proba") and name != "linear_svc":
            options["raw_scores"] = True
        for kind, rows, target in [
            ("ints", x, y * 10 - 5),
            ("strings", x, names),
            ("two", x[two], y[two]),
            ("two_strings", x[two], names[two]),
        ]:
            fitted = sklearn.base.clone(model).fit(rows, target)
            test = _picked(rows)
            if hasattr(fitted, "predict_proba"):
                scores = fitted.predict_proba(test)
            else:
                scores = fitted.decision_function(test)
            if scores.ndim == 1 and name == "linear_svc":
                scores = scores.reshape(-1, 1)
            elif scores.ndim == 1:
                scores = np.stack([-scores, scores], axis=1)
            yield (f"{name}_{kind}", _convert(fitted, _floats(x), **options),
                   [test],
                   [_label(fitted.predict(test)), scores.astype(np.float32)])


def pipelines():
    x, y = load_wine(return_X_y=True)
    x = x.astype(np.float32)
    test = _picked(x)
    scaled = pipeline.make_pipeline(
        preprocessing.StandardScaler(), preprocessing.Normalizer(),
        linear_model.LogisticRegression(C=10)).fit(x, y)
    proba = scaled.predict_proba(test).astype(np.float32)
    yield ("pipeline", _convert(scaled, _floats(x), zipmap=False), [test],
           [_label(scaled.predict(test)), proba])
    maps = [dict(zip(scaled.classes_.tolist(), row.tolist())) for row in proba]
    yield ("pipeline_zipmap", _convert(scaled, _floats(x)), [test],
           [_label(scaled.predict(test)), maps])
    names = np.array(["low", "middle", "high"], object)[y]
    forest = ensemble.RandomForestClassifier(5, random_state=3).fit(x, names)
    proba = forest.predict_proba(test).astype(np.float32)
    maps = [dict(zip(forest.classes_.tolist(), row.tolist())) for row in proba]
    yield ("forest_zipmap", _convert(forest, _floats(x)), [test],
           [_label(forest.predict(test)), maps])


def _open_shapes(model, outputs):
    """Declares the outputs' ranks alone: skl2onnx says one column also where a
    model gives two, and ONNX's inference refuses that."""
    for info, value in zip(model.graph.output, outputs):
        if info.type.HasField("tensor_type"):
            shape = info.type.tensor_type.shape
            del shape.dim[:]
            for _ in range(value.ndim):
                shape.dim.add()


def cases():
    warnings.simplefilter("ignore")
    np.random.seed(0)
    for group in (transformers, dictionaries, regressors, classifiers,
                  pipelines):
        for name, model, inputs, outputs in group():
            # Every second tree in the form of version 3, the rest in that of
            # version 1: these models read the same in both.
            version = max(o.version for o in model.opset_import
                          if o.domain == "ai.onnx.ml")
            if name.endswith(("strings", "_2", "zipmap")):
                version = max(version, 3)
            _open_shapes(model, outputs)
            yield name, model, inputs, outputs, version
