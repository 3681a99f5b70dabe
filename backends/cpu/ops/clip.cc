#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "backends/cpu/kernels/binary_op.h"
#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {
namespace {

// The general form: bounds of any type, perhaps known only at run time.
struct State {
  BinaryRow lower;
  BinaryRow upper;
  bool has_min = false;
  bool has_max = false;
  int64_t count = 0;
  int64_t bytes = 0;
};

Reject Supports(const NodeView& n) { return RequireTypeIn<NumericTypes>(n, 0); }

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const auto* in = static_cast<const std::byte*>(args.in[0]);
  auto* out = static_cast<std::byte*>(args.out[0]);
  const auto range = [&](int64_t begin, int64_t end) {
    // Two passes over tiles that stay in the first-level cache.
    for (int64_t i = begin; i < end; i += kFloatTile) {
      Row row{};
      row.in[0] = in + i * s.bytes;
      row.step = {1, 0, 0};
      row.out = out + i * s.bytes;
      row.count = std::min(kFloatTile, end - i);
      if (s.has_min) {
        row.in[1] = static_cast<const std::byte*>(args.in[1]);
        RunBinaryRow(&s.lower, row);
        row.in[0] = row.out;
      }
      if (s.has_max) {
        row.in[1] = static_cast<const std::byte*>(args.in[2]);
        RunBinaryRow(&s.upper, row);
      }
    }
  };
  args.pool->ParallelRange(s.count, kElementGrain, range);
  return ONNXIFI_STATUS_SUCCESS;
}

// Bound i as float, or nullopt when it is not known yet or not a float.
std::optional<float> Bound(const PrepareContext& ctx, size_t i,
                           float fallback) {
  if (!ctx.HasInput(i)) return fallback;
  const graph::TensorData* tensor = ctx.ConstantIn(i);
  if (tensor == nullptr || tensor->type == DataType::kDouble) {
    return std::nullopt;
  }
  float value = 0;
  Convert(tensor->type, tensor->data, DataType::kFloat, &value, 0, 1, {});
  if (value != value) return std::nullopt;
  return value;
}

Status Prepare(PrepareContext& ctx) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (ctx.opset() < 11) {
    // From version 6 on infinity is out of bounds, too.
    const float most =
        ctx.opset() < 6 ? kInfinity : std::numeric_limits<float>::max();
    return PrepareUnary(ctx, UnaryOp::kClamp,
                        {.alpha = ctx.attrs().Float("min", -most),
                         .beta = ctx.attrs().Float("max", most)});
  }
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (ctx.HasInput(i) && Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "min and max must be scalars");
    }
  }
  if (IsFloating(ctx.in(0).type)) {
    const auto low = Bound(ctx, 1, -kInfinity);
    const auto high = Bound(ctx, 2, kInfinity);
    if (low && high) {
      return PrepareUnary(ctx, UnaryOp::kClamp, {.alpha = *low, .beta = *high});
    }
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const TensorDesc in = ctx.in(0);
  if (!ctx.HasInput(1) && !ctx.HasInput(2)) {
    return ctx.AliasOutput(0, 0, in.dims);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  State state;
  state.lower = MakeBinaryRow(BinaryOp::kMax, in.type);
  state.upper = MakeBinaryRow(BinaryOp::kMin, in.type);
  state.has_min = ctx.HasInput(1);
  state.has_max = ctx.HasInput(2);
  state.count = Product(in.dims);
  state.bytes = static_cast<int64_t>(ElementBytes(in.type));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(clip, {.op = "Clip",
                          .supports = &Supports,
                          .prepare = &Prepare,
                          .any_layout = true});

}  // namespace onnxifi::cpu
