#include <algorithm>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

struct State {
  double lambd = 0.5;
  double bias = 0;
  DataType type = DataType::kUndefined;
  int64_t count = 0;
  int64_t bytes = 0;
};

Reject Supports(const NodeView& n) { return RequireTypeIn<NumericTypes>(n, 0); }

// Computed in double for every type: the operator is too rare for more.
onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const auto* in = static_cast<const std::byte*>(args.in[0]);
  auto* out = static_cast<std::byte*>(args.out[0]);
  args.pool->ParallelRange(
      s.count, kElementGrain, [&](int64_t begin, int64_t end) {
        double tile[kConvertUnit];
        for (int64_t i = begin; i < end; i += kConvertUnit) {
          const int64_t n = std::min(kConvertUnit, end - i);
          Convert(s.type, in + i * s.bytes, DataType::kDouble, tile, 0, n, {});
          for (int64_t k = 0; k < n; ++k) {
            const double x = tile[k];
            if (x < -s.lambd) {
              tile[k] = x + s.bias;
            } else if (x > s.lambd) {
              tile[k] = x - s.bias;
            } else {
              tile[k] = 0;
            }
          }
          Convert(DataType::kDouble, tile, s.type, out + i * s.bytes, 0, n, {});
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  State state;
  state.lambd = ctx.attrs().Float("lambd", 0.5f);
  state.bias = ctx.attrs().Float("bias", 0.0f);
  state.type = in.type;
  state.count = Product(in.dims);
  state.bytes = static_cast<int64_t>(ElementBytes(in.type));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(shrink, {.op = "Shrink",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
