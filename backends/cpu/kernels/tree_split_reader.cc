#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/tree_check.h"
#include "backends/cpu/kernels/tree_reader.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

using graph::DataType;

constexpr size_t kMaxEntries = std::numeric_limits<int32_t>::max() - 1;

// The attributes of one TreeEnsemble.
struct Lists {
  std::span<const int64_t> features, yes, no, yes_leaf, no_leaf, missing;
  std::span<const int64_t> roots, leaf_targets;
  std::span<const uint8_t> modes;
  std::vector<double> splits, leaf_weights, members;
};

Result<Lists> ReadLists(const NodeView& node) {
  const graph::AttrReader attrs = node.attrs();
  Lists l;
  l.features = attrs.Ints("nodes_featureids");
  l.yes = attrs.Ints("nodes_truenodeids");
  l.no = attrs.Ints("nodes_falsenodeids");
  l.yes_leaf = attrs.Ints("nodes_trueleafs");
  l.no_leaf = attrs.Ints("nodes_falseleafs");
  l.missing = attrs.Ints("nodes_missing_value_tracks_true");
  l.roots = attrs.Ints("tree_roots");
  l.leaf_targets = attrs.Ints("leaf_targetids");
  ONNXIFI_ASSIGN_OR_RETURN(l.splits, TensorNumbers(node, "nodes_splits"));
  ONNXIFI_ASSIGN_OR_RETURN(l.leaf_weights, TensorNumbers(node, "leaf_weights"));
  ONNXIFI_ASSIGN_OR_RETURN(l.members, TensorNumbers(node, "membership_values"));
  const graph::TensorPtr modes = attrs.Tensor("nodes_modes");
  if (modes == nullptr || modes->type != DataType::kUint8) {
    return InvalidNode(node, "nodes_modes is no tensor of uint8");
  }
  l.modes = {static_cast<const uint8_t*>(modes->data), modes->bytes};
  const size_t count = l.features.size();
  const bool same = l.yes.size() == count && l.no.size() == count &&
                    l.yes_leaf.size() == count && l.no_leaf.size() == count &&
                    l.modes.size() == count && l.splits.size() == count &&
                    (l.missing.empty() || l.missing.size() == count);
  if (!same || count == 0 || count > kMaxEntries) {
    return InvalidNode(node, "the lists nodes_* have different lengths");
  }
  if (l.leaf_targets.size() != l.leaf_weights.size() ||
      l.leaf_targets.empty() || l.leaf_targets.size() > kMaxEntries) {
    return InvalidNode(node, "the lists leaf_* have different lengths");
  }
  return l;
}

// A child as TreeNode has it.
Result<int32_t> Child(const NodeView& node, int64_t index, bool is_leaf,
                      const Lists& lists) {
  const size_t count =
      is_leaf ? lists.leaf_weights.size() : lists.features.size();
  if (index < 0 || static_cast<uint64_t>(index) >= count) {
    return InvalidNode(
        node, StrCat("there is no ", is_leaf ? "leaf " : "node ", index));
  }
  const auto at = static_cast<int32_t>(index);
  return is_leaf ? ~at : at;
}

// The sets of kMember nodes, in the order of these nodes; NaN ends a set.
void ReadSets(const Lists& lists, TreeTable* table) {
  TreeSet set;
  for (const double value : lists.members) {
    if (!std::isnan(value)) {
      table->members.push_back(value);
      set.end = table->members.size();
      continue;
    }
    table->sets.push_back(set);
    set.begin = set.end = table->members.size();
  }
  if (set.end > set.begin) table->sets.push_back(set);
  for (const TreeSet& s : table->sets) {
    std::sort(table->members.begin() + static_cast<ptrdiff_t>(s.begin),
              table->members.begin() + static_cast<ptrdiff_t>(s.end));
  }
}

Status ReadNodes(const NodeView& node, const Lists& lists, TreeTable* table) {
  size_t sets = 0;
  table->nodes.reserve(lists.features.size());
  for (size_t i = 0; i < lists.features.size(); ++i) {
    TreeNode n;
    const int64_t feature = lists.features[i];
    if (lists.modes[i] > static_cast<uint8_t>(TreeTest::kMember) ||
        feature < 0 || static_cast<uint64_t>(feature) > kMaxEntries) {
      return InvalidNode(node, StrCat("node ", i, " has mode ", lists.modes[i],
                                      " and feature ", feature));
    }
    n.test = static_cast<TreeTest>(lists.modes[i]);
    n.feature = static_cast<int32_t>(feature);
    n.threshold = lists.splits[i];
    if (n.test == TreeTest::kMember) {
      if (sets == table->sets.size()) {
        return InvalidNode(node, "membership_values has too few sets");
      }
      n.threshold = static_cast<double>(sets++);
    }
    const bool flagged = !lists.missing.empty() && lists.missing[i] != 0;
    // A NaN differs from every split here, whatever the flag says: so read
    // ONNX's evaluator and ONNX Runtime this operator. Its predecessors follow
    // the flag alone.
    n.missing_is_yes = flagged || n.test == TreeTest::kNotEqual ? 1 : 0;
    ONNXIFI_ASSIGN_OR_RETURN(
        n.next[0], Child(node, lists.no[i], lists.no_leaf[i] != 0, lists));
    ONNXIFI_ASSIGN_OR_RETURN(
        n.next[1], Child(node, lists.yes[i], lists.yes_leaf[i] != 0, lists));
    table->nodes.push_back(n);
  }
  return Status::Ok();
}

}  // namespace

Result<TreeTable> ReadSplitTrees(const NodeView& node) {
  ONNXIFI_ASSIGN_OR_RETURN(const Lists lists, ReadLists(node));
  ONNXIFI_ASSIGN_OR_RETURN(TreeTable table,
                           StartTrees(node, node.attrs().Int("n_targets", 1)));
  ReadSets(lists, &table);
  ONNXIFI_RETURN_IF_ERROR(ReadNodes(node, lists, &table));
  for (size_t i = 0; i < lists.leaf_targets.size(); ++i) {
    if (lists.leaf_targets[i] < 0 || lists.leaf_targets[i] >= table.targets) {
      return InvalidNode(
          node, StrCat("leaf ", i, " has target ", lists.leaf_targets[i]));
    }
    table.leaves.push_back({static_cast<int32_t>(i), 1});
    table.votes.push_back(
        {static_cast<int32_t>(lists.leaf_targets[i]), lists.leaf_weights[i]});
  }
  for (const int64_t root : lists.roots) {
    ONNXIFI_ASSIGN_OR_RETURN(const int32_t at, Child(node, root, false, lists));
    table.roots.push_back(at);
  }
  if (table.roots.empty()) return InvalidNode(node, "tree_roots is empty");
  ONNXIFI_RETURN_IF_ERROR(FinishTrees(node, &table));
  return table;
}

}  // namespace onnxifi::cpu
