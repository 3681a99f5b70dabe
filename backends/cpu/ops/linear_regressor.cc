#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/linear_model.h"
#include "backends/cpu/kernels/node_key.h"

namespace onnxifi::cpu {
namespace {

struct State {
  std::shared_ptr<const LinearModel> model;
  PostTransform transform = PostTransform::kNone;
  FeatureMatrix matrix;
  RowSlots slots;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  return RequireFeatures(n);
}

Result<std::shared_ptr<const LinearModel>> MakeModel(const NodeView& n) {
  ONNXIFI_ASSIGN_OR_RETURN(LinearModel model,
                           ReadLinearModel(n, n.attrs().Int("targets", 1)));
  return std::make_shared<const LinearModel>(std::move(model));
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  const int64_t targets = s.model->rows;
  RunLinear(
      *s.model, s.matrix, s.slots, args, [&](int64_t row, double* scores) {
        ApplyPostTransform(s.transform, {scores, static_cast<size_t>(targets)});
        for (int64_t i = 0; i < targets; ++i) {
          out[row * targets + i] = static_cast<float>(scores[i]);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(s.model,
                           ctx.packed().GetOrMake<LinearModel>(
                               NodeKey(ctx), [&] { return MakeModel(ctx); }));
  s.transform = ReadPostTransform(ctx);
  ONNXIFI_ASSIGN_OR_RETURN(s.matrix, ReadFeatures(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(s.slots, PrepareLinearRun(ctx, *s.model, s.matrix));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kFloat, {s.matrix.rows, s.model->rows}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(linear_regressor, {.domain = kMlDomain,
                                      .op = "LinearRegressor",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::cpu
