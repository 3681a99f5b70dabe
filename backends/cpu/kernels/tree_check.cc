#include "backends/cpu/kernels/tree_check.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "backends/cpu/kernels/ml_node.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<TreeTable> StartTrees(const NodeView& node, int64_t targets) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max() / kTreeBlock;
  if (targets < 1 || targets > kMost) {
    return InvalidNode(node, StrCat(targets, " targets or classes"));
  }
  TreeTable table;
  table.targets = static_cast<int32_t>(targets);
  return table;
}

Status CheckNoCircle(const NodeView& node, const TreeTable& table) {
  enum class Mark : uint8_t { kNew, kOpen, kDone };
  std::vector<Mark> marks(table.nodes.size(), Mark::kNew);
  struct Step {
    int32_t at;
    int child;
  };
  std::vector<Step> path;
  for (const int32_t root : table.roots) {
    path.push_back({root, 0});
    while (!path.empty()) {
      Step& step = path.back();
      if (step.at < 0) {
        path.pop_back();
        continue;
      }
      const auto i = static_cast<size_t>(step.at);
      if (step.child == 0) {
        if (marks[i] == Mark::kDone) {
          path.pop_back();
          continue;
        }
        if (marks[i] == Mark::kOpen) {
          return InvalidNode(
              node, StrCat("the tree of node ", step.at, " runs in a circle"));
        }
        marks[i] = Mark::kOpen;
      }
      if (step.child == 2) {
        marks[i] = Mark::kDone;
        path.pop_back();
        continue;
      }
      const int32_t next = table.nodes[i].next[step.child++];
      path.push_back({next, 0});
    }
  }
  return Status::Ok();
}

Status FinishTrees(const NodeView& node, TreeTable* table) {
  ONNXIFI_RETURN_IF_ERROR(CheckNoCircle(node, *table));
  const TreeTest first =
      table->nodes.empty() ? TreeTest::kLessOrEqual : table->nodes[0].test;
  table->uniform = first == TreeTest::kLessOrEqual || first == TreeTest::kLess;
  for (const TreeNode& n : table->nodes) {
    if (n.feature < 0) {
      return InvalidNode(node, StrCat("feature ", n.feature));
    }
    table->features = std::max(table->features, n.feature + 1);
    if (n.test != first) table->uniform = false;
  }
  return Status::Ok();
}

}  // namespace onnxifi::cpu
