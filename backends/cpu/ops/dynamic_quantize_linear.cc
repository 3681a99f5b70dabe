#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/quantize_kernel.h"
#include "backends/cpu/kernels/reduce_plan.h"

namespace onnxifi::cpu {
namespace {

struct State {
  ReducePlan low;
  ReducePlan high;
  int64_t count = 0;
};

Reject Supports(const NodeView& n) {
  return RequireType(n, 0, {DataType::kFloat});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float low = 0;
  float high = 0;
  if (s.count > 0) {
    s.low.Run(*args.pool, args.in[0], &low, args.scratch);
    s.high.Run(*args.pool, args.in[0], &high, args.scratch);
  }
  // The range always holds zero, so that zero is exact.
  low = std::min(low, 0.0f);
  high = std::max(high, 0.0f);
  const float scale = high == low ? 1.0f : (high - low) / 255.0f;
  const float at = std::nearbyint(-low / scale);
  const float zero = at > 0 ? std::min(at, 255.0f) : 0.0f;
  const auto zero_byte = static_cast<uint8_t>(zero);
  const auto* x = static_cast<const float*>(args.in[0]);
  if (args.out[0] != nullptr) {
    auto* y = static_cast<uint8_t*>(args.out[0]);
    args.pool->ParallelRange(
        s.count, kElementGrain, [&](int64_t begin, int64_t end) {
          QuantizeRun(x + begin, {&scale, &zero, 0}, {0, 255}, DataType::kUint8,
                      y + begin, end - begin);
        });
  }
  if (args.out[1] != nullptr) std::memcpy(args.out[1], &scale, sizeof(scale));
  if (args.out[2] != nullptr) std::memcpy(args.out[2], &zero_byte, 1);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  constexpr uint64_t kAll = ~uint64_t{0};
  State state;
  state.low =
      ReducePlan(in.type, in.dims, kAll, ReduceOp::kMin, ReduceEnd::kNone);
  state.high =
      ReducePlan(in.type, in.dims, kAll, ReduceOp::kMax, ReduceEnd::kNone);
  state.count = Product(in.dims);
  ctx.BookScratch(ReducePlan::ScratchBytes(state.count));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kUint8, in.dims}));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {DataType::kFloat, {}}));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(2, {DataType::kUint8, {}}));
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dynamic_quantize_linear, {.op = "DynamicQuantizeLinear",
                                             .supports = &Supports,
                                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
