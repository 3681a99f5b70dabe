#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/tree_op.h"
#include "backends/cpu/kernels/tree_reader.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

bool ParseAggregate(std::string_view text, TreeAggregate* aggregate) {
  if (text == "SUM") {
    *aggregate = TreeAggregate::kSum;
  } else if (text == "AVERAGE") {
    *aggregate = TreeAggregate::kAverage;
  } else if (text == "MIN") {
    *aggregate = TreeAggregate::kMin;
  } else if (text == "MAX") {
    *aggregate = TreeAggregate::kMax;
  } else {
    return false;
  }
  return true;
}

std::string_view AggregateText(const NodeView& n) {
  return n.attrs().String("aggregate_function", "SUM");
}

Reject Supports(const NodeView& n) {
  TreeAggregate aggregate;
  if (!ParseAggregate(AggregateText(n), &aggregate)) {
    return {RejectReason::kAttribute,
            StrCat("aggregate_function ", AggregateText(n))};
  }
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  return RequireFeatures(n);
}

Result<std::shared_ptr<const TreeModel>> MakeModel(const NodeView& n) {
  auto model = std::make_shared<TreeModel>();
  ONNXIFI_ASSIGN_OR_RETURN(
      model->table, ReadTrees(n, "target_", n.attrs().Int("n_targets", 1)));
  ONNXIFI_ASSIGN_OR_RETURN(model->base, AttrNumbers(n, "base_values"));
  if (!model->base.empty() &&
      model->base.size() != static_cast<size_t>(model->table.targets)) {
    return InvalidNode(n, StrCat(model->base.size(), " base_values for ",
                                 model->table.targets, " targets"));
  }
  ParseAggregate(AggregateText(n), &model->table.aggregate);
  model->transform = ReadPostTransform(n);
  return std::shared_ptr<const TreeModel>(std::move(model));
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const TreeModel> model,
                           ctx.packed().GetOrMake<TreeModel>(
                               NodeKey(ctx), [&] { return MakeModel(ctx); }));
  return PrepareTreeScores(ctx, std::move(model), DataType::kFloat);
}

}  // namespace

ONNXIFI_DEFINE_OPS(tree_ensemble_regressor, {.domain = kMlDomain,
                                             .op = "TreeEnsembleRegressor",
                                             .supports = &Supports,
                                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
