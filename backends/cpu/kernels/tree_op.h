#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TREE_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TREE_OP_H_

#include <algorithm>
#include <memory>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/post_transform.h"
#include "backends/cpu/kernels/row_slots.h"
#include "backends/cpu/kernels/tree_table.h"

namespace onnxifi::cpu {

// Trees and what is done to their sums; made once per compiled graph.
struct TreeModel {
  TreeTable table;
  std::vector<double> base;  // empty, or one value per target
  PostTransform transform = PostTransform::kNone;
};

// How the rows of one input shape are run through trees.
struct TreeRun {
  FeatureMatrix matrix;
  int64_t row_bytes = 0;
  RowSlots slots;
};
// Books the scratch; an error when rows are too short for the trees.
Result<TreeRun> PrepareTreeRun(PrepareContext& ctx, const TreeTable& table);

// Calls row_fn(row, scores, voted) for every row, in parallel.
template <typename RowFn>
void RunTrees(const TreeTable& table, const TreeRun& run, const RunArgs& args,
              const RowFn& row_fn) {
  const char* data = static_cast<const char*>(args.in[0]);
  run.slots.Run(
      *args.pool, args.scratch, [&](int64_t begin, int64_t end, void* scratch) {
        const TreeScores scores = PlaceTreeScores(table, scratch);
        for (int64_t row = begin; row < end; row += kTreeBlock) {
          const int64_t count = std::min(kTreeBlock, end - row);
          ScoreTrees(table, run.matrix.type, data + row * run.row_bytes, count,
                     run.matrix.columns, scores);
          for (int64_t i = 0; i < count; ++i) {
            row_fn(row + i, scores.scores + i * table.targets,
                   scores.voted + i * table.targets);
          }
        }
      });
}

// The whole preparation of an operator whose only output is the scores, of
// type `output`.
Status PrepareTreeScores(PrepareContext& ctx,
                         std::shared_ptr<const TreeModel> model,
                         graph::DataType output);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TREE_OP_H_
