#include "backends/cpu/kernels/float_test_op.h"

#include <algorithm>
#include <limits>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

namespace {

using TestTypes =
    ConcatTypes<FloatTypes, TypeList<Float8E4M3FN, Float8E4M3FNUZ, Float8E5M2,
                                     Float8E5M2FNUZ>>::Type;

struct State {
  FloatTest test;
  DataType type = DataType::kUndefined;
  int64_t count = 0;
};

template <typename F>
void Mark(const FloatTest& test, const F* x, uint8_t* out, int64_t count) {
  constexpr F kInfinity = std::numeric_limits<F>::infinity();
  if (test.nan) {
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] != x[i] ? 1 : 0;
    return;
  }
  // A limit that no number reaches switches a sign off.
  const F above =
      test.positive_infinity ? kInfinity : std::numeric_limits<F>::quiet_NaN();
  const F below =
      test.negative_infinity ? -kInfinity : std::numeric_limits<F>::quiet_NaN();
  for (int64_t i = 0; i < count; ++i) {
    out[i] = static_cast<uint8_t>((x[i] == above) | (x[i] == below));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t units = (s.count + kConvertUnit - 1) / kConvertUnit;
  args.pool->ParallelRange(
      units, kElementGrain / kConvertUnit, [&](int64_t first, int64_t last) {
        for (int64_t u = first; u < last; ++u) {
          const int64_t begin = u * kConvertUnit;
          const int64_t n = std::min(kConvertUnit, s.count - begin);
          uint8_t* out = static_cast<uint8_t*>(args.out[0]) + begin;
          if (s.type == DataType::kDouble) {
            Mark(s.test, static_cast<const double*>(args.in[0]) + begin, out,
                 n);
            continue;
          }
          const int64_t bytes = static_cast<int64_t>(ElementBytes(s.type));
          float tile[kConvertUnit];
          Convert(s.type,
                  static_cast<const std::byte*>(args.in[0]) + begin * bytes,
                  DataType::kFloat, tile, 0, n, {});
          Mark(s.test, tile, out, n);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Reject SupportsFloatTest(const NodeView& node) {
  return RequireTypeIn<TestTypes>(node, 0);
}

Status PrepareFloatTest(PrepareContext& ctx, const FloatTest& test) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kBool, in.dims}));
  ctx.SetStepState(&Run, State{test, in.type, Product(in.dims)});
  return Status::Ok();
}

}  // namespace onnxifi::cpu
