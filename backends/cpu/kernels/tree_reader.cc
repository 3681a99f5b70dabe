#include "backends/cpu/kernels/tree_reader.h"

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/tree_check.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

constexpr int32_t kNoIndex = std::numeric_limits<int32_t>::max();

// A node as (tree id, node id).
struct Name {
  int64_t tree;
  int64_t node;
  bool operator==(const Name&) const = default;
};
struct NameHash {
  size_t operator()(const Name& name) const {
    // Spreads the small integers that ids are.
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
    const uint64_t mixed = static_cast<uint64_t>(name.tree) * kOdd ^
                           static_cast<uint64_t>(name.node);
    return static_cast<size_t>(mixed * kOdd >> 7);
  }
};

bool ParseTest(std::string_view text, TreeTest* test) {
  struct Entry {
    std::string_view text;
    TreeTest test;
  };
  static constexpr Entry kTests[] = {
      {"BRANCH_LEQ", TreeTest::kLessOrEqual},
      {"BRANCH_LT", TreeTest::kLess},
      {"BRANCH_GTE", TreeTest::kGreaterOrEqual},
      {"BRANCH_GT", TreeTest::kGreater},
      {"BRANCH_EQ", TreeTest::kEqual},
      {"BRANCH_NEQ", TreeTest::kNotEqual},
  };
  for (const Entry& entry : kTests) {
    if (entry.text != text) continue;
    *test = entry.test;
    return true;
  }
  return false;
}

// Reads the nodes and votes of the old form.
class Reader {
 public:
  Reader(const NodeView& node, const std::string& votes)
      : node_(node), votes_(votes) {}

  Result<TreeTable> Read(int64_t targets) {
    ONNXIFI_ASSIGN_OR_RETURN(table_, StartTrees(node_, targets));
    ONNXIFI_RETURN_IF_ERROR(ReadLists());
    ONNXIFI_RETURN_IF_ERROR(NameNodes());
    ONNXIFI_RETURN_IF_ERROR(LinkNodes());
    ONNXIFI_RETURN_IF_ERROR(ReadVotes());
    ONNXIFI_RETURN_IF_ERROR(FinishTrees(node_, &table_));
    return std::move(table_);
  }

 private:
  Status CheckLength(const char* name, size_t length) const {
    if (length == trees_.size()) return Status::Ok();
    return InvalidNode(node_,
                       StrCat("nodes_", name, " has ", length,
                              " elements, nodes_treeids ", trees_.size()));
  }

  Status ReadLists() {
    const graph::AttrReader attrs = node_.attrs();
    trees_ = attrs.Ints("nodes_treeids");
    ids_ = attrs.Ints("nodes_nodeids");
    features_ = attrs.Ints("nodes_featureids");
    yes_ = attrs.Ints("nodes_truenodeids");
    no_ = attrs.Ints("nodes_falsenodeids");
    missing_ = attrs.Ints("nodes_missing_value_tracks_true");
    modes_ = AttrStrings(node_, "nodes_modes");
    ONNXIFI_ASSIGN_OR_RETURN(values_, AttrNumbers(node_, "nodes_values"));
    if (trees_.empty() || trees_.size() >= static_cast<size_t>(kNoIndex)) {
      return InvalidNode(node_, StrCat(trees_.size(), " nodes"));
    }
    ONNXIFI_RETURN_IF_ERROR(CheckLength("nodeids", ids_.size()));
    ONNXIFI_RETURN_IF_ERROR(CheckLength("featureids", features_.size()));
    ONNXIFI_RETURN_IF_ERROR(CheckLength("truenodeids", yes_.size()));
    ONNXIFI_RETURN_IF_ERROR(CheckLength("falsenodeids", no_.size()));
    ONNXIFI_RETURN_IF_ERROR(CheckLength("modes", modes_.size()));
    ONNXIFI_RETURN_IF_ERROR(CheckLength("values", values_.size()));
    if (missing_.empty()) return Status::Ok();
    return CheckLength("missing_value_tracks_true", missing_.size());
  }

  // Gives every entry its place among the nodes or the leaves. A tree's root
  // is the entry of it that comes first.
  Status NameNodes() {
    places_.reserve(trees_.size());
    int32_t nodes = 0;
    for (size_t i = 0; i < trees_.size(); ++i) {
      int32_t place = 0;
      if (modes_[i] == "LEAF") {
        place = ~static_cast<int32_t>(table_.leaves.size());
        table_.leaves.emplace_back();
      } else {
        place = nodes++;
      }
      if (!places_.emplace(Name{trees_[i], ids_[i]}, place).second) {
        return InvalidNode(node_, StrCat("node ", ids_[i], " of tree ",
                                         trees_[i], " is there twice"));
      }
      if (roots_.emplace(trees_[i], place).second) {
        table_.roots.push_back(place);
      }
    }
    table_.nodes.reserve(static_cast<size_t>(nodes));
    return Status::Ok();
  }

  Result<int32_t> Place(int64_t tree, int64_t id) const {
    const auto found = places_.find(Name{tree, id});
    if (found != places_.end()) return found->second;
    return InvalidNode(node_,
                       StrCat("there is no node ", id, " in tree ", tree));
  }

  Status LinkNodes() {
    for (size_t i = 0; i < trees_.size(); ++i) {
      if (modes_[i] == "LEAF") continue;
      TreeNode n;
      if (!ParseTest(modes_[i], &n.test)) {
        return InvalidNode(node_, StrCat("node mode '", modes_[i], "'"));
      }
      if (features_[i] < 0 || features_[i] >= kNoIndex) {
        return InvalidNode(node_, StrCat("feature ", features_[i]));
      }
      n.threshold = values_[i];
      n.feature = static_cast<int32_t>(features_[i]);
      n.missing_is_yes = !missing_.empty() && missing_[i] != 0 ? 1 : 0;
      ONNXIFI_ASSIGN_OR_RETURN(n.next[0], Place(trees_[i], no_[i]));
      ONNXIFI_ASSIGN_OR_RETURN(n.next[1], Place(trees_[i], yes_[i]));
      table_.nodes.push_back(n);
    }
    return Status::Ok();
  }

  Status ReadVotes() {
    const graph::AttrReader attrs = node_.attrs();
    const auto trees = attrs.Ints(votes_ + "treeids");
    const auto ids = attrs.Ints(votes_ + "nodeids");
    const auto targets = attrs.Ints(votes_ + "ids");
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<double> weights,
                             AttrNumbers(node_, votes_ + "weights"));
    if (ids.size() != trees.size() || targets.size() != trees.size() ||
        weights.size() != trees.size()) {
      return InvalidNode(
          node_, StrCat("the lists ", votes_, "* have different lengths"));
    }
    // First how many votes each leaf has, then where they go.
    std::vector<int32_t> leaf_of(trees.size(), kNoIndex);
    for (size_t i = 0; i < trees.size(); ++i) {
      if (targets[i] < 0 || targets[i] >= table_.targets) {
        return InvalidNode(node_, StrCat(votes_, "ids has ", targets[i],
                                         ", there are ", table_.targets));
      }
      ONNXIFI_ASSIGN_OR_RETURN(const int32_t place, Place(trees[i], ids[i]));
      if (place >= 0) continue;  // votes at inner nodes are never reached
      leaf_of[i] = ~place;
      ++table_.leaves[static_cast<size_t>(~place)].count;
    }
    int32_t total = 0;
    for (TreeLeaf& leaf : table_.leaves) {
      leaf.first = total;
      total += std::exchange(leaf.count, 0);
    }
    table_.votes.resize(static_cast<size_t>(total));
    for (size_t i = 0; i < trees.size(); ++i) {
      if (leaf_of[i] == kNoIndex) continue;
      TreeLeaf& leaf = table_.leaves[static_cast<size_t>(leaf_of[i])];
      table_.votes[static_cast<size_t>(leaf.first + leaf.count++)] = {
          static_cast<int32_t>(targets[i]), weights[i]};
    }
    return Status::Ok();
  }

  const NodeView& node_;
  const std::string& votes_;
  TreeTable table_;
  std::span<const int64_t> trees_, ids_, features_, yes_, no_, missing_;
  std::span<const std::string> modes_;
  std::vector<double> values_;
  std::unordered_map<Name, int32_t, NameHash> places_;
  std::unordered_map<int64_t, int32_t> roots_;  // by tree id
};

}  // namespace

Result<TreeTable> ReadTrees(const NodeView& node, const std::string& votes,
                            int64_t targets) {
  return Reader(node, votes).Read(targets);
}

}  // namespace onnxifi::cpu
