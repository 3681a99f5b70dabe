#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/tree_op.h"
#include "backends/cpu/kernels/tree_reader.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

constexpr int64_t kLastAggregate = static_cast<int64_t>(TreeAggregate::kMax);
constexpr int64_t kLastTransform = static_cast<int64_t>(PostTransform::kProbit);

int64_t Aggregate(const NodeView& n) {
  return n.attrs().Int("aggregate_function",
                       static_cast<int64_t>(TreeAggregate::kSum));
}

int64_t Transform(const NodeView& n) {
  return n.attrs().Int("post_transform", 0);
}

Reject Supports(const NodeView& n) {
  if (Aggregate(n) < 0 || Aggregate(n) > kLastAggregate) {
    return {RejectReason::kAttribute,
            StrCat("aggregate_function ", Aggregate(n))};
  }
  if (Transform(n) < 0 || Transform(n) > kLastTransform) {
    return {RejectReason::kAttribute, StrCat("post_transform ", Transform(n))};
  }
  if (!n.HasInput(0)) return {RejectReason::kShape, "needs an input"};
  if (Reject r = RequireType(
          n, 0, {DataType::kFloat, DataType::kDouble, DataType::kFloat16});
      !r.supported()) {
    return r;
  }
  return RequireRankAtMost(n, 0, 2);
}

Result<std::shared_ptr<const TreeModel>> MakeModel(const NodeView& n) {
  auto model = std::make_shared<TreeModel>();
  ONNXIFI_ASSIGN_OR_RETURN(model->table, ReadSplitTrees(n));
  model->table.aggregate = static_cast<TreeAggregate>(Aggregate(n));
  model->transform = static_cast<PostTransform>(Transform(n));
  return std::shared_ptr<const TreeModel>(std::move(model));
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const TreeModel> model,
                           ctx.packed().GetOrMake<TreeModel>(
                               NodeKey(ctx), [&] { return MakeModel(ctx); }));
  return PrepareTreeScores(ctx, std::move(model), ctx.in(0).type);
}

}  // namespace

ONNXIFI_DEFINE_OPS(tree_ensemble, {.domain = kMlDomain,
                                   .op = "TreeEnsemble",
                                   .supports = &Supports,
                                   .prepare = &Prepare});

}  // namespace onnxifi::cpu
