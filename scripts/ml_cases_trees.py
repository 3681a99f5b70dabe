"""Cases of tree ensembles of ai.onnx.ml in every mode, aggregation and version.

Random trees are made as nested Python tuples; they are walked here row by row,
and written out as attributes for the operators.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from ml_cases_direct import case

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
         "BRANCH_NEQ", "BRANCH_MEMBER"]
TESTS = [np.less_equal, np.less, np.greater_equal, np.greater, np.equal,
         np.not_equal, lambda x, members: x in members]
FEATURES = 4


def _grow(rng, depth, modes, targets, votes=1):
    """(mode, feature, threshold, missing, yes, no), or a leaf's votes."""
    if depth == 0 or rng.random() < 0.15:
        return [(int(t), float(np.float32(rng.normal())))
                for t in rng.choice(targets, votes, replace=False)]
    mode = int(rng.choice(modes))
    threshold = float(rng.integers(-2, 3))
    if mode == 6:
        threshold = [float(v) for v in rng.choice(5, 2, replace=False) - 2]
    return (mode, int(rng.integers(FEATURES)), threshold,
            int(rng.random() < 0.5),
            _grow(rng, depth - 1, modes, targets, votes),
            _grow(rng, depth - 1, modes, targets, votes))


def _forest(seed, count, modes, targets, votes=1):
    rng = np.random.default_rng(seed)
    trees = [_grow(rng, 4, modes, targets, votes) for _ in range(count)]
    # Every tree starts with a test, so that no target's leaf is alone.
    return [t if isinstance(t, tuple) else
            (modes[0], 0, [0.0] if modes[0] == 6 else 0.0, 0, t, t)
            for t in trees]


def _rows(seed, nan=False, dtype=np.float32):
    x = np.random.default_rng(seed).integers(-3, 4, size=(9, FEATURES))
    x = x.astype(dtype)
    if nan:
        x[::3, 1] = np.nan
        x[1::4, 0] = np.nan
    return x


def _leaf(tree, row):
    while isinstance(tree, tuple):
        mode, feature, threshold, missing, yes, no = tree
        x = row[feature]
        answer = bool(TESTS[mode](x, threshold)) or (missing and np.isnan(x))
        tree = yes if answer else no
    return tree


def _aggregate(forest, x, targets, how):
    scores = np.zeros((len(x), targets))
    for row, out in zip(x.astype(np.float64), scores):
        seen = [[] for _ in range(targets)]
        for tree in forest:
            for target, weight in _leaf(tree, row):
                seen[target].append(weight)
        for target, weights in enumerate(seen):
            if weights:
                out[target] = {"SUM": sum, "AVERAGE": sum, "MIN": min,
                               "MAX": max}[how](weights)
    return scores / len(forest) if how == "AVERAGE" else scores


def _joint(forest, votes, as_double=False):
    """Attributes of versions 1 and 3."""
    a = {f"nodes_{k}": [] for k in (
        "treeids", "nodeids", "featureids", "modes", "values", "truenodeids",
        "falsenodeids", "missing_value_tracks_true")}
    v = {f"{votes}_{k}": [] for k in ("treeids", "nodeids", "ids", "weights")}

    def add(tree_id, tree, count):
        index = count[0]
        count[0] += 1
        branch = isinstance(tree, tuple)
        mode, feature, threshold, missing = tree[:4] if branch else (
            None, 0, 0.0, 0)
        place = len(a["nodes_treeids"])
        for key, value in [
            ("treeids", tree_id), ("nodeids", index), ("featureids", feature),
            ("modes", MODES[mode] if branch else "LEAF"),
            ("values", threshold), ("truenodeids", 0), ("falsenodeids", 0),
            ("missing_value_tracks_true", missing),
        ]:
            a[f"nodes_{key}"].append(value)
        if branch:
            a["nodes_truenodeids"][place] = add(tree_id, tree[4], count)
            a["nodes_falsenodeids"][place] = add(tree_id, tree[5], count)
            return index
        for target, weight in tree:
            for key, value in [("treeids", tree_id), ("nodeids", index),
                               ("ids", target), ("weights", weight)]:
                v[f"{votes}_{key}"].append(value)
        return index

    for tree_id, tree in enumerate(forest):
        add(tree_id, tree, [0])
    a.update(v)
    if as_double:
        for key in ("nodes_values", f"{votes}_weights"):
            a[key + "_as_tensor"] = numpy_helper.from_array(
                np.array(a.pop(key), np.float64))
    return a


def _split(forest, targets, dtype, how, transform=0):
    """Attributes of TreeEnsemble."""
    nodes, leaves, members = [], [], []

    def add(tree):
        if not isinstance(tree, tuple):
            leaves.append(tree[0])
            return len(leaves) - 1, 1
        place = len(nodes)
        nodes.append(None)
        mode, feature, threshold, missing, yes, no = tree
        split = 0.0 if mode == 6 else threshold
        if mode == 6:
            members.append((place, threshold))
        (yes_id, yes_leaf), (no_id, no_leaf) = add(yes), add(no)
        nodes[place] = (feature, mode, split, missing, yes_id, yes_leaf,
                        no_id, no_leaf)
        return place, 0

    roots = [add(tree)[0] for tree in forest]
    columns = list(zip(*nodes))
    tensor = lambda v: numpy_helper.from_array(np.array(v, dtype))
    sets = [v for _, s in sorted(members) for v in [*s, float("nan")]]
    return {
        "tree_roots": roots, "n_targets": targets,
        "nodes_featureids": columns[0],
        "nodes_modes": helper.make_tensor(
            "modes", TensorProto.UINT8, [len(nodes)], columns[1]),
        "nodes_splits": tensor(columns[2]),
        "nodes_missing_value_tracks_true": columns[3],
        "nodes_truenodeids": columns[4], "nodes_trueleafs": columns[5],
        "nodes_falsenodeids": columns[6], "nodes_falseleafs": columns[7],
        "leaf_targetids": [t for t, _ in leaves],
        "leaf_weights": tensor([w for _, w in leaves]),
        "membership_values": tensor(sets) if sets else None,
        "aggregate_function": ["AVERAGE", "SUM", "MIN", "MAX"].index(how),
        "post_transform": transform,
    }


def regressors():
    base = [0.5, -1.0]
    for version in (1, 3):
        for how in ("SUM", "AVERAGE", "MIN", "MAX"):
            forest = _forest(version, 5, range(6), 2)
            x = _rows(version)
            out = _aggregate(forest, x, 2, how) + base
            yield case(f"tree_regressor_{version}_{how.lower()}",
                       "TreeEnsembleRegressor", [x], [out.astype(np.float32)],
                       version, n_targets=2, aggregate_function=how,
                       base_values=base, **_joint(forest, "target"))
    forest = _forest(11, 6, [0], 1)
    x = _rows(12, nan=True)
    yield case("tree_regressor_missing", "TreeEnsembleRegressor", [x],
               [_aggregate(forest, x, 1, "SUM").astype(np.float32)], 3,
               n_targets=1, **_joint(forest, "target"))
    for kind in (np.float64, np.int64, np.int32):
        x = _rows(13, dtype=kind)
        yield case(f"tree_regressor_{np.dtype(kind)}", "TreeEnsembleRegressor",
                   [x], [_aggregate(forest, x, 1, "SUM").astype(np.float32)],
                   3, n_targets=1,
                   **_joint(forest, "target", kind == np.float64))


def classifiers():
    labels = np.array(["a", "b", "c"], object)
    for version in (1, 3):
        forest = _forest(20 + version, 6, range(6), 3, votes=3)
        x = _rows(21)
        out = _aggregate(forest, x, 3, "SUM") + [0.25, 0.0, -0.25]
        soft = np.exp(out - out.max(axis=1, keepdims=True))
        soft /= soft.sum(axis=1, keepdims=True)
        attrs = _joint(forest, "class", version == 3)
        attrs["base_values"] = [0.25, 0.0, -0.25]
        if version == 3:
            attrs["base_values_as_tensor"] = numpy_helper.from_array(
                np.array(attrs.pop("base_values")))
        yield case(f"tree_classifier_{version}_softmax",
                   "TreeEnsembleClassifier", [x],
                   [labels[out.argmax(axis=1)], soft.astype(np.float32)],
                   version, post_transform="SOFTMAX",
                   classlabels_strings=labels.tolist(), **attrs)
    forest = _forest(30, 6, [0], 1)
    x = _rows(31, nan=True)
    raw = _aggregate(forest, x, 1, "SUM")[:, 0]
    positive = 1 / (1 + np.exp(-raw))
    yield case("tree_classifier_one_column", "TreeEnsembleClassifier", [x],
               [np.where(raw > 0, 9, 5),
                np.stack([1 - positive, positive], 1).astype(np.float32)], 1,
               post_transform="LOGISTIC", classlabels_int64s=[5, 9],
               **_joint(forest, "class"))


def ensembles():
    for how in ("AVERAGE", "SUM", "MIN", "MAX"):
        for kind in (np.float32, np.float64):
            forest = _forest(41, 4, range(7), 3)
            x = _rows(42, dtype=kind)
            yield case(f"tree_ensemble_{how.lower()}_{np.dtype(kind)}",
                       "TreeEnsemble", [x],
                       [_aggregate(forest, x, 3, how).astype(kind)], 5,
                       **_split(forest, 3, kind, how))
    forest = _forest(51, 3, [6], 2)
    x = _rows(52, nan=True)
    yield case("tree_ensemble_member", "TreeEnsemble", [x],
               [_aggregate(forest, x, 2, "SUM").astype(np.float32)], 5,
               **_split(forest, 2, np.float32, "SUM"))
    out = _aggregate(forest, x, 2, "SUM")
    yield case("tree_ensemble_logistic", "TreeEnsemble", [x],
               [(1 / (1 + np.exp(-out))).astype(np.float32)], 5,
               **_split(forest, 2, np.float32, "SUM", 2))
    soft = np.exp(out - out.max(axis=1, keepdims=True))
    yield case("tree_ensemble_softmax", "TreeEnsemble", [x],
               [(soft / soft.sum(axis=1, keepdims=True)).astype(np.float32)],
               5, **_split(forest, 2, np.float32, "SUM", 1))
    # Weights that float16 holds exactly, and sums of them.
    half = _forest(61, 3, range(7), 1)
    exact = lambda t: ([(i, round(w * 8) / 8) for i, w in t]
                       if isinstance(t, list) else
                       (*t[:4], exact(t[4]), exact(t[5])))
    half = [exact(t) for t in half]
    x = _rows(62, dtype=np.float16)
    yield case("tree_ensemble_float16", "TreeEnsemble", [x],
               [_aggregate(half, x, 1, "SUM").astype(np.float16)], 5,
               **_split(half, 1, np.float16, "SUM"))


def cases():
    for group in (regressors, classifiers, ensembles):
        yield from group()
