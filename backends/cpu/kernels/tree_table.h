#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TREE_TABLE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TREE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// What a node asks of its feature x: x <= threshold, x < threshold... or
// whether x is one of a set. Values equal those of TreeEnsemble's nodes_modes.
enum class TreeTest : uint8_t {
  kLessOrEqual = 0,
  kLess = 1,
  kGreaterOrEqual = 2,
  kGreater = 3,
  kEqual = 4,
  kNotEqual = 5,
  kMember = 6,
};

// An inner node. Children are nodes (>= 0) or leaves (~index, < 0).
struct TreeNode {
  double threshold = 0;  // of kMember: the index of the set
  int32_t feature = 0;
  int32_t next[2] = {};  // where "no" and "yes" lead
  TreeTest test = TreeTest::kLessOrEqual;
  uint8_t missing_is_yes = 0;  // a NaN answers yes
};

struct TreeLeaf {
  int32_t first = 0;  // vote
  int32_t count = 0;
};

struct TreeVote {
  int32_t target = 0;
  double weight = 0;
};

struct TreeSet {
  size_t begin = 0;  // into members
  size_t end = 0;
};

enum class TreeAggregate : uint8_t {
  kAverage = 0,
  kSum = 1,
  kMin = 2,
  kMax = 3,
};

// The trees of one model in flat arrays. Every index was checked when it was
// built, and no path runs in a circle. Immutable then; thread-safe.
struct TreeTable {
  std::vector<TreeNode> nodes;
  std::vector<TreeLeaf> leaves;
  std::vector<TreeVote> votes;
  std::vector<TreeSet> sets;
  std::vector<double> members;  // of each set in order
  std::vector<int32_t> roots;   // a node or a leaf, as children are
  int32_t targets = 0;
  int32_t features = 0;  // a row must have at least that many
  TreeAggregate aggregate = TreeAggregate::kSum;
  // All nodes ask kLessOrEqual or all ask kLess; false: anything.
  bool uniform = false;
};

// Element types that trees take.
using TreeTypes = TypeList<float, double, Float16, int64_t, int32_t>;

// Rows whose scores are collected together: all trees see one block while it
// is in the cache.
inline constexpr int64_t kTreeBlock = 32;

// The scores of a block of rows: `rows` * targets each.
struct TreeScores {
  double* scores;
  uint8_t* voted;  // 1 where a leaf voted
};

// Bytes for the scores of a whole block.
size_t TreeScoreBytes(const TreeTable& table);
TreeScores PlaceTreeScores(const TreeTable& table, void* memory);

// Runs `rows` <= kTreeBlock rows of `columns` features through all trees.
// Targets without a vote have score 0. An average is not yet divided.
void ScoreTrees(const TreeTable& table, DataType type, const void* rows_data,
                int64_t rows, int64_t columns, const TreeScores& out);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TREE_TABLE_H_
