"""Tree ensembles of ai.onnx.ml."""

import numpy as np
from onnx import numpy_helper

from opfuzz import bounds
from opfuzz.case import ml

MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
         "BRANCH_NEQ")


class Forest:
    """Random binary trees; leaves have votes for targets."""

    def __init__(self, random, features, targets):
        self.nodes = {name: [] for name in (
            "treeids", "nodeids", "modes", "featureids", "values",
            "truenodeids", "falsenodeids", "missing_value_tracks_true")}
        self.votes = {name: [] for name in ("treeids", "nodeids", "ids",
                                            "weights")}
        self.random, self.features, self.targets = random, features, targets
        self.trees = random.integer(1, 3)
        self.full = random.chance(0.5)  # every leaf votes for all targets
        for tree in range(self.trees):
            self.count = 0
            self._grow(tree, random.integer(0, 3))

    def _row(self, tree, **values_):
        row = {"modes": "LEAF", "featureids": 0, "values": 0.0,
               "truenodeids": 0, "falsenodeids": 0,
               "missing_value_tracks_true": 0, "treeids": tree,
               "nodeids": self.count, **values_}
        for name, value in row.items():
            self.nodes[name].append(value)
        self.count += 1
        return len(self.nodes["treeids"]) - 1

    def _grow(self, tree, depth):
        """Adds a subtree; the id of its root."""
        random = self.random
        if depth == 0:
            place = self._row(tree)
            node = self.nodes["nodeids"][place]
            voters = (self.targets if self.full
                      else random.integer(1, self.targets))
            for target in random.sample(range(self.targets), voters):
                for name, value in (("treeids", tree), ("nodeids", node),
                                    ("ids", target), ("weights", float(
                                        np.float32(random.real(-2, 2))))):
                    self.votes[name].append(value)
            return node
        place = self._row(
            tree, modes=random.choose(MODES),
            featureids=random.integer(0, self.features - 1),
            # Halves, so that features are at times equal to them.
            values=random.integer(-4, 4) / 2,
            missing_value_tracks_true=random.integer(0, 1))
        node = self.nodes["nodeids"][place]
        yes = self._grow(tree, random.integer(0, depth - 1))
        no = self._grow(tree, random.integer(0, depth - 1))
        self.nodes["truenodeids"][place] = yes
        self.nodes["falsenodeids"][place] = no
        return node


def _samples(b, dtype, features):
    array = b.random.tensor(np.float64, (b.random.integer(1, 5), features),
                            low=-3, high=3)
    if b.random.chance(0.7):
        array = np.round(array * 2) / 2
    if dtype.kind not in "iu" and b.random.chance(0.3):
        array[b.random.rng.random(array.shape) < 0.2] = np.nan
    b.tensor(array.astype(dtype))


def _set_nodes(b, forest):
    b.set(**{f"nodes_{name}": column
             for name, column in forest.nodes.items()})


@ml("TreeEnsembleRegressor", "TreeEnsembleClassifier")
def tree_ensemble_old(b):
    regressor = b.schema.name == "TreeEnsembleRegressor"
    features = b.random.integer(1, 4)
    targets = b.random.integer(1 if regressor else 3, 4)
    # For others inference refuses the float32 output.
    dtype = (b.type("T", ("float32",)) if regressor else b.type("T1"))
    _samples(b, dtype, features)
    forest = Forest(b.random, features, targets)
    _set_nodes(b, forest)
    stem = "target" if regressor else "class"
    b.set(**{f"{stem}_{name}": column
             for name, column in forest.votes.items()})
    if b.random.chance(0.4):
        b.set(base_values=[float(np.float32(b.random.real(-1, 1)))
                           for _ in range(targets)])
    if regressor:
        b.set(n_targets=targets)
        b.maybe(aggregate_function=b.random.choose(
            ("SUM", "AVERAGE", "MIN", "MAX")))
    else:
        if b.random.chance(0.5):
            b.set(classlabels_int64s=b.random.sample(range(9), targets))
        else:
            b.set(classlabels_strings=[f"c{i}" for i in range(targets)])
        b.maybe(post_transform=b.random.choose(("NONE", "SOFTMAX",
                                                "LOGISTIC")))
        b.tag(not forest.full, "class without votes")
    b.tag(dtype.kind in "iu", "integers")
    b.bound = bounds.real(32, floor=8)


@ml("TreeEnsemble")
def tree_ensemble(b):
    features, targets = b.random.integer(1, 4), b.random.integer(1, 3)
    dtype = b.type("T")
    _samples(b, dtype, features)
    columns = {name: [] for name in (
        "featureids", "truenodeids", "falsenodeids", "trueleafs",
        "falseleafs", "missing_value_tracks_true")}
    modes, splits, leaves, weights, roots = [], [], [], [], []

    def grow(depth):
        """(place, is leaf) of a new subtree."""
        if depth == 0:
            leaves.append(b.random.integer(0, targets - 1))
            weights.append(b.random.real(-2, 2))
            return len(leaves) - 1, 1
        place = len(modes)
        modes.append(b.random.integer(0, 5))
        splits.append(b.random.integer(-4, 4) / 2)
        for column in columns.values():
            column.append(0)
        columns["featureids"][place] = b.random.integer(0, features - 1)
        columns["missing_value_tracks_true"][place] = b.random.integer(0, 1)
        for side in ("true", "false"):
            child, leaf = grow(b.random.integer(0, depth - 1))
            columns[f"{side}nodeids"][place] = child
            columns[f"{side}leafs"][place] = leaf
        return place, 0

    for _ in range(b.random.integer(1, 3)):
        roots.append(grow(b.random.integer(1, 3))[0])

    def tensor(numbers, kind):
        return numpy_helper.from_array(np.array(numbers).astype(kind))

    b.set(**{f"nodes_{name}": column for name, column in columns.items()})
    b.set(nodes_modes=tensor(modes, np.uint8), tree_roots=roots,
          nodes_splits=tensor(splits, dtype), n_targets=targets,
          leaf_targetids=leaves, leaf_weights=tensor(weights, dtype))
    b.maybe(aggregate_function=b.random.integer(0, 3))
    b.bound = bounds.real(32, floor=8)
