#include <algorithm>

#include "backends/common/evaluate_context.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t outer = 1;
  int64_t dim = 0;
  int64_t block = 0;       // bytes of one entry of the axis
  int64_t conditions = 0;  // entries beyond it are dropped
  int64_t kept = 0;        // size of the output's axis
};

Reject SupportsTypes(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {DataType::kBool});
}

// With a condition that is known the output's shape is.
Reject SupportsPlanned(const NodeView& n) {
  if (Reject r = SupportsTypes(n); !r.supported()) return r;
  return RequireKnown(n, 1);
}

int64_t CountKept(const void* condition, int64_t count) {
  int64_t kept = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (LoadAt<uint8_t>(condition, i) != 0) ++kept;
  }
  return kept;
}

void CopyKept(const State& s, const void* from, const void* condition,
              void* to) {
  const char* in = static_cast<const char*>(from);
  char* out = static_cast<char*>(to);
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.conditions; ++i) {
      if (LoadAt<uint8_t>(condition, i) == 0) continue;
      CopyBlock(in + (o * s.dim + i) * s.block, out, s.block);
      out += s.block;
    }
  }
}

// Everything but the output's shape, which `dims` gets.
Result<State> MakeState(const NodeView& n, DataType type, const Shape& in_dims,
                        const void* condition, int64_t given, Shape* dims) {
  State s;
  const std::span<const int64_t> all(in_dims);
  size_t at = 0;
  if (n.attrs().Has("axis")) {
    ONNXIFI_ASSIGN_OR_RETURN(
        at, NormalizeAxis(n, n.attrs().Int("axis", 0), all.size()));
    s.outer = Product(all.first(at));
    s.dim = all[at];
    s.block = Product(all.subspan(at + 1)) * ElementBytes(type);
    *dims = in_dims;
  } else {
    s.dim = Product(all);
    s.block = ElementBytes(type);
    *dims = {0};
  }
  s.conditions = std::min(given, s.dim);
  s.kept = CountKept(condition, s.conditions);
  (*dims)[at] = s.kept;
  return s;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  CopyKept(*static_cast<const State*>(state), args.in[0], args.in[1],
           args.out[0]);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const graph::TensorData* condition = ctx.ConstantIn(1);
  if (condition == nullptr) return UnknownInput(ctx, 1);
  Shape dims;
  ONNXIFI_ASSIGN_OR_RETURN(const State s,
                           MakeState(ctx, in.type, in.dims, condition->data,
                                     Product(condition->dims), &dims));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in, ctx.Tensor(0));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* condition,
                           ctx.Tensor(1, DataType::kBool));
  Shape dims;
  ONNXIFI_ASSIGN_OR_RETURN(const State s,
                           MakeState(ctx, in->type, in->dims, condition->data,
                                     Product(condition->dims), &dims));
  ONNXIFI_ASSIGN_OR_RETURN(
      uint8_t * out, ctx.MakeOutput<uint8_t>(0, in->type, std::move(dims)));
  CopyKept(s, in->data, condition->data, out);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    compress,
    {.op = "Compress", .supports = &SupportsPlanned, .prepare = &Prepare},
    {.op = "Compress", .supports = &SupportsTypes, .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
