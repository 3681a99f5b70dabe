#include "backends/cpu/kernels/variadic_op.h"
#include "backends/common/ops/broadcast_shape.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "backends/cpu/kernels/binary_op.h"
#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

namespace {

struct State {
  std::vector<BroadcastPlan> plans;  // of input i + 1
  BinaryRow row;
  bool mean = false;
  BroadcastPlan mean_plan;
  BinaryRow mean_row;
  alignas(8) std::array<std::byte, 8> divisor{};
  int bytes = 0;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  BroadcastArgs operands{
      .in = {args.in[0], nullptr, nullptr},
      .in_bytes = {s.bytes, s.bytes, 0},
      .out = args.out[0],
      .out_bytes = s.bytes,
  };
  for (size_t i = 0; i < s.plans.size(); ++i) {
    operands.in[1] = args.in[i + 1];
    s.plans[i].Run(*args.pool, operands, kElementGrain, &RunBinaryRow, &s.row);
    operands.in[0] = args.out[0];
  }
  if (s.mean) {
    operands.in[1] = s.divisor.data();
    s.mean_plan.Run(*args.pool, operands, kElementGrain, &RunBinaryRow,
                    &s.mean_row);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Same-shape inputs stay in the blocked layout of the first blocked one.
Status AgreeOnLayout(PrepareContext& ctx) {
  Layout layout = Layout::kPlain;
  bool same = true;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (layout == Layout::kPlain) layout = ctx.in(i).layout;
    same = same && ctx.in(i).dims == ctx.in(0).dims;
  }
  if (!same) layout = Layout::kPlain;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (ctx.in(i).layout == layout) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, layout));
  }
  return Status::Ok();
}

}  // namespace

Reject SupportsVariadic(const NodeView& node, BinaryOp op) {
  if (node.input_count() == 0) {
    return {RejectReason::kShape, "needs at least one input"};
  }
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (!node.HasInput(i)) {
      return {RejectReason::kShape, "an input is omitted"};
    }
    const DataType type = node.input_type(i);
    const DataType compute = IsHalf(type) ? DataType::kFloat : type;
    if (FindBinary(op, compute) == nullptr) return RejectInputType(node, i);
  }
  return {};
}

Status PrepareVariadic(PrepareContext& ctx, BinaryOp op, bool mean) {
  ONNXIFI_RETURN_IF_ERROR(AgreeOnLayout(ctx));
  const TensorDesc first = ctx.in(0);
  const size_t count = ctx.input_count();
  if (count == 1) return ctx.AliasOutput(0, 0, first.dims);
  std::vector<Shape> shapes;
  for (size_t i = 0; i < count; ++i) shapes.push_back(ctx.in(i).dims);
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  const TensorDesc out{first.type, std::move(dims), first.layout};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));

  State state;
  state.row = MakeBinaryRow(op, first.type);
  state.bytes = static_cast<int>(ElementBytes(first.type));
  const Shape full = PhysicalDims(out);
  for (size_t i = 1; i < count; ++i) {
    const std::array<Shape, 2> operands = {i == 1 ? PhysicalDims(first) : full,
                                           PhysicalDims(ctx.in(i))};
    state.plans.emplace_back(full, operands);
  }
  if (mean) {
    state.mean = true;
    state.mean_plan = BroadcastPlan(full, std::array<Shape, 2>{full, Shape{}});
    state.mean_row = MakeBinaryRow(BinaryOp::kDiv, first.type);
    const float divisor = static_cast<float>(count);
    Convert(DataType::kFloat, &divisor, first.type, state.divisor.data(), 0, 1,
            {});
  }
  if (Product(first.dims) == Product(out.dims)) ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
