#include "backends/cpu/kernels/binary_op.h"
#include "backends/common/ops/broadcast_shape.h"

#include <algorithm>
#include <array>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_tile.h"

namespace onnxifi::cpu {

namespace {

struct State {
  BroadcastPlan plan;
  BinaryRow row;
  int in_bytes = 0;
  int out_bytes = 0;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const BroadcastArgs operands{
      .in = {args.in[0], args.in[1], nullptr},
      .in_bytes = {s.in_bytes, s.in_bytes, 0},
      .out = args.out[0],
      .out_bytes = s.out_bytes,
  };
  s.plan.Run(*args.pool, operands, kElementGrain, &RunBinaryRow, &s.row);
  return ONNXIFI_STATUS_SUCCESS;
}

DataType ComputeType(DataType type) {
  return IsHalf(type) ? DataType::kFloat : type;
}

bool IsScalar(const TensorDesc& desc) { return Product(desc.dims) == 1; }

// f(0, 0) == 0, so that padding channels stay zero.
bool KeepsZero(BinaryOp op) {
  return op == BinaryOp::kAdd || op == BinaryOp::kSub || op == BinaryOp::kMul ||
         op == BinaryOp::kMin || op == BinaryOp::kMax || op == BinaryOp::kPRelu;
}

// The layout in which both operands can be combined element by element.
Layout CommonLayout(const PrepareContext& ctx, BinaryOp op,
                    size_t second_rank) {
  const TensorDesc& a = ctx.in(0);
  const TensorDesc& b = ctx.in(1);
  const Layout layout = a.layout != Layout::kPlain ? a.layout : b.layout;
  if (layout == Layout::kPlain || GivesBool(op)) return Layout::kPlain;
  const bool scalar = IsScalar(a) || IsScalar(b);
  const TensorDesc& blocked = a.layout != Layout::kPlain ? a : b;
  if (HasPadding(blocked) && (scalar || !KeepsZero(op))) return Layout::kPlain;
  if (scalar) return layout;
  const bool same_channels = a.dims.size() == second_rank &&
                             a.dims.size() == b.dims.size() &&
                             a.dims[1] == b.dims[1];
  return same_channels ? layout : Layout::kPlain;
}

// Brings the operands into the layout; a single element fits every one.
Status AgreeOnLayout(PrepareContext& ctx, Layout layout) {
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (ctx.in(i).layout == layout) continue;
    if (layout != Layout::kPlain && IsScalar(ctx.in(i)) &&
        ctx.in(i).layout == Layout::kPlain) {
      continue;
    }
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, layout));
  }
  return Status::Ok();
}

Shape Physical(const TensorDesc& desc, const Shape& dims) {
  return desc.layout == Layout::kPlain ? dims : PhysicalDims(desc);
}

}  // namespace

BinaryRow MakeBinaryRow(BinaryOp op, DataType type) {
  return {FindBinary(op, ComputeType(type)), type, GivesBool(op)};
}

void RunBinaryRow(const void* binary_row, const Row& row) {
  const auto& binary = *static_cast<const BinaryRow*>(binary_row);
  if (!IsHalf(binary.type)) {
    binary.fn(row);
    return;
  }
  const bool is_bfloat = binary.type == DataType::kBfloat16;
  alignas(64) float tiles[2][kFloatTile];
  for (int64_t i = 0; i < row.count; i += kFloatTile) {
    Row part = row;
    part.count = std::min(kFloatTile, row.count - i);
    for (size_t k = 0; k < 2; ++k) {
      const int64_t n = row.step[k] == 0 ? 1 : part.count;
      const std::byte* in = row.in[k] + row.step[k] * i * 2;
      if (is_bfloat) {
        Bfloat16ToFloat(reinterpret_cast<const Bfloat16*>(in), tiles[k], n);
      } else {
        Float16ToFloat(reinterpret_cast<const Float16*>(in), tiles[k], n);
      }
      part.in[k] = reinterpret_cast<const std::byte*>(tiles[k]);
    }
    if (binary.gives_bool) {
      part.out = row.out + i;
      binary.fn(part);
      continue;
    }
    alignas(64) float result[kFloatTile];
    part.out = reinterpret_cast<std::byte*>(result);
    binary.fn(part);
    std::byte* out = row.out + i * 2;
    if (is_bfloat) {
      FloatToBfloat16(result, reinterpret_cast<Bfloat16*>(out), part.count);
    } else {
      FloatToFloat16(result, reinterpret_cast<Float16*>(out), part.count);
    }
  }
}

Reject SupportsBinary(const NodeView& node, BinaryOp op) {
  for (size_t i = 0; i < 2; ++i) {
    if (!node.HasInput(i) ||
        FindBinary(op, ComputeType(node.input_type(i))) == nullptr) {
      return RejectInputType(node, i);
    }
  }
  return {};
}

Status PrepareBinary(PrepareContext& ctx, BinaryOp op) {
  if (ctx.opset() >= 7) return PrepareBinary(ctx, op, ctx.in(1).dims);
  ONNXIFI_ASSIGN_OR_RETURN(
      const Shape second,
      LegacyBroadcastShape(ctx.node(), ctx.in(0).dims, ctx.in(1).dims));
  return PrepareBinary(ctx, op, second);
}

Status PrepareBinary(PrepareContext& ctx, BinaryOp op, const Shape& second) {
  const Layout layout = CommonLayout(ctx, op, second.size());
  ONNXIFI_RETURN_IF_ERROR(AgreeOnLayout(ctx, layout));
  const TensorDesc a = ctx.in(0);
  const TensorDesc b = ctx.in(1);
  const std::array<Shape, 2> shapes = {a.dims, second};
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  TensorDesc out{GivesBool(op) ? DataType::kBool : a.type, std::move(dims),
                 layout};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));
  const std::array<Shape, 2> physical = {Physical(a, a.dims),
                                         Physical(b, second)};
  State state;
  state.plan = BroadcastPlan(PhysicalDims(out), physical);
  state.row = MakeBinaryRow(op, a.type);
  state.in_bytes = static_cast<int>(ElementBytes(a.type));
  state.out_bytes = static_cast<int>(ElementBytes(out.type));
  for (size_t i = 0; i < 2; ++i) {
    const TensorDesc& in = i == 0 ? a : b;
    if (state.in_bytes == state.out_bytes && in.layout == out.layout &&
        Product(in.dims) == Product(out.dims)) {
      ctx.AllowInPlace(0, i);
    }
  }
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
