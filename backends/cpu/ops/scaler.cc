#include <span>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// (x - offset) * scale, each one value or one per feature.
struct State {
  DataType type = DataType::kFloat;
  int64_t rows = 1;
  int64_t columns = 1;
  std::vector<float> offset;  // one per feature
  std::vector<float> scale;
};

Reject Supports(const NodeView& n) { return RequireTypeIn<FeatureTypes>(n, 0); }

Status Spread(const NodeView& n, const char* name, float fallback,
              int64_t columns, std::vector<float>* out) {
  const std::span<const float> given = n.attrs().Floats(name);
  const auto count = static_cast<int64_t>(given.size());
  if (count > 1 && count != columns) {
    return InvalidNode(n, StrCat("attribute '", name, "' has ", count,
                                 " elements for ", columns, " features"));
  }
  out->assign(static_cast<size_t>(columns), count == 0 ? fallback : given[0]);
  if (count == columns) out->assign(given.begin(), given.end());
  return Status::Ok();
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  const float* const offset = s.offset.data();
  const float* const scale = s.scale.data();
  DispatchType<FeatureTypes>(s.type, [&]<typename T>() {
    const T* const in = static_cast<const T*>(args.in[0]);
    args.pool->ParallelRange(
        s.rows, kElementGrain / (s.columns + 1) + 1,
        [&](int64_t begin, int64_t end) {
          for (int64_t row = begin; row < end; ++row) {
            const T* const from = in + row * s.columns;
            float* const to = out + row * s.columns;
            for (int64_t i = 0; i < s.columns; ++i) {
              if constexpr (std::is_same_v<T, float>) {
                to[i] = (from[i] - offset[i]) * scale[i];
              } else {
                to[i] = static_cast<float>(
                    (static_cast<double>(from[i]) - offset[i]) * scale[i]);
              }
            }
          }
        });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  s.type = in.type;
  s.columns = in.dims.empty() ? 1 : in.dims.back();
  s.rows = s.columns == 0 ? 0 : Product(in.dims) / s.columns;
  ONNXIFI_RETURN_IF_ERROR(Spread(ctx, "offset", 0, s.columns, &s.offset));
  ONNXIFI_RETURN_IF_ERROR(Spread(ctx, "scale", 1, s.columns, &s.scale));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kFloat, in.dims}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(scaler, {.domain = kMlDomain,
                            .op = "Scaler",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
