#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/post_transform.h"
#include "backends/cpu/kernels/row_slots.h"
#include "backends/cpu/kernels/svm_model.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  std::shared_ptr<const SvmModel> model;
  PostTransform transform = PostTransform::kNone;
  bool one_class = false;
  FeatureMatrix matrix;
  RowSlots slots;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  if (Reject r = RequireSvmKernel(n); !r.supported()) return r;
  return RequireFeatures(n);
}

Result<std::shared_ptr<const SvmModel>> MakeModel(const NodeView& n) {
  const int64_t vectors = n.attrs().Int("n_supports", 0);
  ONNXIFI_ASSIGN_OR_RETURN(SvmModel model, ReadSvmModel(n, vectors, 1));
  if (vectors > 0 &&
      model.coefficients.size() != static_cast<size_t>(vectors)) {
    return InvalidNode(
        n, StrCat(model.coefficients.size(), " coefficients for ", vectors,
                  " support vectors"));
  }
  return std::make_shared<const SvmModel>(std::move(model));
}

// `scratch`: one row, then its kernels.
double Score(const State& s, const void* in, int64_t row, double* scratch) {
  const SvmModel& m = *s.model;
  LoadFeatures(s.matrix, in, row, scratch);
  if (m.vectors == 0) {
    return m.rho[0] + DotProduct(scratch, m.coefficients.data(), m.features);
  }
  double* const kernels = scratch + m.features;
  m.Kernels(scratch, kernels);
  return m.rho[0] + DotProduct(kernels, m.coefficients.data(), m.vectors);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  s.slots.Run(*args.pool, args.scratch,
              [&](int64_t begin, int64_t end, void* scratch) {
                for (int64_t row = begin; row < end; ++row) {
                  double score =
                      Score(s, args.in[0], row, static_cast<double*>(scratch));
                  if (s.one_class) {
                    score = score > 0 ? 1 : -1;
                  } else {
                    ApplyPostTransform(s.transform, {&score, 1});
                  }
                  out[row] = static_cast<float>(score);
                }
              });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(s.model,
                           ctx.packed().GetOrMake<SvmModel>(
                               NodeKey(ctx), [&] { return MakeModel(ctx); }));
  s.transform = ReadPostTransform(ctx);
  s.one_class = ctx.attrs().Int("one_class", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(s.matrix, ReadFeatures(ctx));
  const SvmModel& m = *s.model;
  if (s.matrix.columns != m.features) {
    return ShapeError(ctx, StrCat("the input has ", s.matrix.columns,
                                  " features, the model ", m.features));
  }
  const int64_t work = m.features * std::max<int64_t>(m.vectors, 1) + 1;
  s.slots =
      RowSlots(s.matrix.rows, kElementGrain / work, ctx.pool().threads(),
               static_cast<size_t>(m.features + m.vectors) * sizeof(double));
  ctx.BookScratch(s.slots.scratch_bytes());
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kFloat, {s.matrix.rows, 1}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(svm_regressor, {.domain = kMlDomain,
                                   .op = "SVMRegressor",
                                   .supports = &Supports,
                                   .prepare = &Prepare});

}  // namespace onnxifi::cpu
