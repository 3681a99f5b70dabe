#include "backends/cpu/kernels/unary_op.h"

#include <algorithm>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/float_tile.h"

namespace onnxifi::cpu {

namespace {

struct State {
  UnaryFn fn = nullptr;
  UnaryParams params;
  DataType type = DataType::kUndefined;
  int64_t count = 0;
  int64_t grain = kElementGrain;
  int64_t bytes = 0;  // of one element
};

// Functions with f(0) != 0 would fill the zero padding of blocked layouts.
bool KeepsZero(UnaryOp op, const UnaryParams& params) {
  switch (op) {
    case UnaryOp::kReciprocal:
    case UnaryOp::kExp:
    case UnaryOp::kLog:
    case UnaryOp::kCos:
    case UnaryOp::kAcos:
    case UnaryOp::kCosh:
    case UnaryOp::kAcosh:
    case UnaryOp::kSigmoid:
    case UnaryOp::kHardSigmoid:
    case UnaryOp::kSoftplus:
    case UnaryOp::kBitwiseNot:
    case UnaryOp::kLogicalNot:
      return false;
    case UnaryOp::kThresholdedRelu:
      return true;
    case UnaryOp::kAffine:
      return params.beta == 0;
    case UnaryOp::kClamp:
      return params.alpha <= 0 && params.beta >= 0;
    default:
      return true;
  }
}

// Costs of an element relative to a simple one.
int64_t Weight(UnaryOp op) {
  switch (op) {
    case UnaryOp::kAbs:
    case UnaryOp::kNeg:
    case UnaryOp::kSign:
    case UnaryOp::kRelu:
    case UnaryOp::kFloor:
    case UnaryOp::kCeil:
    case UnaryOp::kRound:
    case UnaryOp::kLeakyRelu:
    case UnaryOp::kThresholdedRelu:
    case UnaryOp::kHardSigmoid:
    case UnaryOp::kHardSwish:
    case UnaryOp::kAffine:
    case UnaryOp::kClamp:
    case UnaryOp::kBitwiseNot:
    case UnaryOp::kLogicalNot:
      return 1;
    case UnaryOp::kSin:
    case UnaryOp::kCos:
    case UnaryOp::kTan:
    case UnaryOp::kAsin:
    case UnaryOp::kAcos:
    case UnaryOp::kAtan:
    case UnaryOp::kSinh:
    case UnaryOp::kCosh:
    case UnaryOp::kAsinh:
    case UnaryOp::kAcosh:
    case UnaryOp::kAtanh:
      return 16;
    default:
      return 4;
  }
}

void RunHalf(const State& s, const char* in, char* out, int64_t count) {
  alignas(64) float tile[kFloatTile];
  const bool is_bfloat = s.type == DataType::kBfloat16;
  for (int64_t i = 0; i < count; i += kFloatTile) {
    const int64_t n = std::min(kFloatTile, count - i);
    if (is_bfloat) {
      Bfloat16ToFloat(reinterpret_cast<const Bfloat16*>(in) + i, tile, n);
    } else {
      Float16ToFloat(reinterpret_cast<const Float16*>(in) + i, tile, n);
    }
    s.fn(tile, tile, n, s.params);
    if (is_bfloat) {
      FloatToBfloat16(tile, reinterpret_cast<Bfloat16*>(out) + i, n);
    } else {
      FloatToFloat16(tile, reinterpret_cast<Float16*>(out) + i, n);
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  args.pool->ParallelRange(s.count, s.grain, [&](int64_t begin, int64_t end) {
    const char* in = static_cast<const char*>(args.in[0]) + begin * s.bytes;
    char* out = static_cast<char*>(args.out[0]) + begin * s.bytes;
    if (IsHalf(s.type)) {
      RunHalf(s, in, out, end - begin);
    } else {
      s.fn(in, out, end - begin, s.params);
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

DataType ComputeType(DataType type) {
  return IsHalf(type) ? DataType::kFloat : type;
}

}  // namespace

Reject SupportsUnary(const NodeView& node, UnaryOp op) {
  if (FindUnary(op, ComputeType(node.input_type(0))) != nullptr) return {};
  return RejectInputType(node, 0);
}

Status PrepareUnary(PrepareContext& ctx, UnaryOp op, UnaryParams params) {
  if (HasPadding(ctx.in(0)) && !KeepsZero(op, params)) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  }
  const TensorDesc desc = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, desc));
  State state;
  state.fn = FindUnary(op, ComputeType(desc.type));
  state.params = params;
  state.type = desc.type;
  state.count = PhysicalCount(desc);
  state.grain = kElementGrain / Weight(op);
  state.bytes = static_cast<int64_t>(ElementBytes(desc.type));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
