#include "backends/cpu/kernels/tree_table.h"

#include <algorithm>

#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {

namespace {

bool IsMember(const TreeTable& table, double set, double x) {
  const TreeSet& range = table.sets[static_cast<size_t>(set)];
  return std::binary_search(
      table.members.begin() + static_cast<ptrdiff_t>(range.begin),
      table.members.begin() + static_cast<ptrdiff_t>(range.end), x);
}

bool Answer(const TreeTable& table, const TreeNode& node, double x) {
  switch (node.test) {
    case TreeTest::kLessOrEqual:
      return x <= node.threshold;
    case TreeTest::kLess:
      return x < node.threshold;
    case TreeTest::kGreaterOrEqual:
      return x >= node.threshold;
    case TreeTest::kGreater:
      return x > node.threshold;
    case TreeTest::kEqual:
      return x == node.threshold;
    case TreeTest::kNotEqual:  // a missing value never answers yes by itself
      return x == x && x != node.threshold;
    case TreeTest::kMember:
      return x == x && IsMember(table, node.threshold, x);
  }
  return false;
}

struct AskLessOrEqual {
  bool operator()(const TreeNode& node, double x) const {
    return x <= node.threshold;
  }
};
struct AskLess {
  bool operator()(const TreeNode& node, double x) const {
    return x < node.threshold;
  }
};

void Vote(const TreeTable& table, int32_t leaf, double* scores,
          uint8_t* voted) {
  const TreeLeaf& at = table.leaves[static_cast<size_t>(leaf)];
  const TreeVote* votes = table.votes.data() + at.first;
  for (int32_t i = 0; i < at.count; ++i) {
    const int32_t target = votes[i].target;
    double& score = scores[target];
    const double weight = votes[i].weight;
    if (voted[target] == 0) {
      score = weight;
    } else if (table.aggregate == TreeAggregate::kMin) {
      score = std::min(score, weight);
    } else if (table.aggregate == TreeAggregate::kMax) {
      score = std::max(score, weight);
    } else {
      score += weight;
    }
    voted[target] = 1;
  }
}

template <typename T, typename Ask>
void Walk(const TreeTable& table, const T* data, int64_t rows, int64_t columns,
          const TreeScores& out, const Ask& ask) {
  const TreeNode* nodes = table.nodes.data();
  for (const int32_t root : table.roots) {
    for (int64_t row = 0; row < rows; ++row) {
      const T* features = data + row * columns;
      int32_t at = root;
      while (at >= 0) {
        const TreeNode& node = nodes[at];
        const auto x = static_cast<double>(Widen(features[node.feature]));
        const bool yes = ask(node, x) | ((node.missing_is_yes != 0) & (x != x));
        at = node.next[yes ? 1 : 0];
      }
      const int64_t first = row * table.targets;
      Vote(table, ~at, out.scores + first, out.voted + first);
    }
  }
}

}  // namespace

size_t TreeScoreBytes(const TreeTable& table) {
  return static_cast<size_t>(kTreeBlock * table.targets) *
         (sizeof(double) + sizeof(uint8_t));
}

TreeScores PlaceTreeScores(const TreeTable& table, void* memory) {
  double* const scores = static_cast<double*>(memory);
  return {scores,
          reinterpret_cast<uint8_t*>(scores + kTreeBlock * table.targets)};
}

void ScoreTrees(const TreeTable& table, DataType type, const void* rows_data,
                int64_t rows, int64_t columns, const TreeScores& out) {
  std::fill_n(out.scores, rows * table.targets, 0.0);
  std::fill_n(out.voted, rows * table.targets, uint8_t{0});
  DispatchType<TreeTypes>(type, [&]<typename T>() {
    const T* data = static_cast<const T*>(rows_data);
    if (!table.uniform) {
      Walk(table, data, rows, columns, out,
           [&](const TreeNode& node, double x) {
             return Answer(table, node, x);
           });
    } else if (table.nodes.empty() ||
               table.nodes[0].test == TreeTest::kLessOrEqual) {
      Walk(table, data, rows, columns, out, AskLessOrEqual());
    } else {
      Walk(table, data, rows, columns, out, AskLess());
    }
  });
}

}  // namespace onnxifi::cpu
