#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/element_index.h"
#include "backends/cpu/kernels/scatter_combine.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  ElementIndex index;
  Reduction reduction = Reduction::kNone;
  DataType type = DataType::kFloat;
  int64_t element_bytes = 4;
  int64_t bytes = 0;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0, 2}); !r.supported()) return r;
  if (Reject r = RequireType(n, 1, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return SupportsReduction(n);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* updates = static_cast<const char*>(args.in[2]);
  char* out = static_cast<char*>(args.out[0]);
  if (args.in[0] != args.out[0]) {
    ParallelCopy(args.in[0], out, s.bytes, args.pool);
  }
  // One thread: several entries may name one element, and their order counts.
  const bool ok = s.index.ForEach(
      args.in[1], 0, s.index.count(), [&](int64_t position, int64_t element) {
        CombineRow(s.reduction, s.type, s.element_bytes,
                   updates + position * s.element_bytes,
                   out + element * s.element_bytes, 1);
      });
  return ok ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_INTERNAL_ERROR;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(
      state.index,
      ElementIndex::Make(ctx, in.dims, ctx.in(1), ctx.attrs().Int("axis", 0)));
  if (ctx.in(2).dims != ctx.in(1).dims || ctx.in(2).type != in.type) {
    return ShapeError(
        ctx, StrCat("updates ", ShapeText(ctx.in(2).dims),
                    " do not fit indices ", ShapeText(ctx.in(1).dims)));
  }
  if (!ParseReduction(ctx.attrs().String("reduction", "none"),
                      &state.reduction)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'reduction' is not known");
  }
  state.type = in.type;
  state.element_bytes = ElementBytes(in.type);
  state.bytes = Product(in.dims) * state.element_bytes;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

// Scatter is the name that ScatterElements had before opset 11.
ONNXIFI_DEFINE_OPS(
    scatter_elements,
    {.op = "ScatterElements", .supports = &Supports, .prepare = &Prepare},
    {.op = "Scatter", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
