#include "backends/cpu/kernels/tree_op.h"

#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

struct State {
  std::shared_ptr<const TreeModel> model;
  TreeRun run;
  DataType output = DataType::kFloat;
};

// Sums to scores: average, base values, transform.
void Finish(const TreeModel& model, double* scores) {
  const auto count = static_cast<size_t>(model.table.targets);
  if (model.table.aggregate == TreeAggregate::kAverage) {
    const auto trees = static_cast<double>(model.table.roots.size());
    for (size_t i = 0; i < count; ++i) scores[i] /= trees;
  }
  for (size_t i = 0; i < model.base.size(); ++i) scores[i] += model.base[i];
  ApplyPostTransform(model.transform, {scores, count});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const TreeModel& model = *s.model;
  const int64_t targets = model.table.targets;
  RunTrees(model.table, s.run, args,
           [&](int64_t row, double* scores, const uint8_t*) {
             Finish(model, scores);
             for (int64_t i = 0; i < targets; ++i) {
               StoreNumber(args.out[0], s.output, row * targets + i, scores[i]);
             }
           });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Result<TreeRun> PrepareTreeRun(PrepareContext& ctx, const TreeTable& table) {
  TreeRun run;
  ONNXIFI_ASSIGN_OR_RETURN(run.matrix, ReadFeatures(ctx));
  if (table.features > run.matrix.columns) {
    return ShapeError(ctx,
                      StrCat("the trees ask for feature ", table.features - 1,
                             ", the input has ", run.matrix.columns));
  }
  run.row_bytes = run.matrix.columns * ElementBytes(run.matrix.type);
  run.slots = RowSlots(run.matrix.rows, kTreeBlock, ctx.pool().threads(),
                       TreeScoreBytes(table));
  ctx.BookScratch(run.slots.scratch_bytes());
  return run;
}

Status PrepareTreeScores(PrepareContext& ctx,
                         std::shared_ptr<const TreeModel> model,
                         DataType output) {
  State s;
  s.model = std::move(model);
  s.output = output;
  ONNXIFI_ASSIGN_OR_RETURN(s.run, PrepareTreeRun(ctx, s.model->table));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {output, {s.run.matrix.rows, s.model->table.targets}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
