#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/scatter_combine.h"
#include "backends/cpu/kernels/tuple_index.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  TupleIndex index;
  Reduction reduction = Reduction::kNone;
  DataType type = DataType::kFloat;
  int64_t element_bytes = 4;
  int64_t bytes = 0;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0, 2}); !r.supported()) return r;
  if (Reject r = RequireType(n, 1, {DataType::kInt64}); !r.supported()) {
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
  const int64_t slice_bytes = s.index.slice() * s.element_bytes;
  // One thread: several tuples may name one slice, and their order counts.
  for (int64_t t = 0; t < s.index.tuples(); ++t) {
    const int64_t offset = s.index.Offset(args.in[1], t);
    if (offset < 0) return ONNXIFI_STATUS_INTERNAL_ERROR;
    CombineRow(s.reduction, s.type, s.element_bytes, updates + t * slice_bytes,
               out + offset * s.element_bytes, s.index.slice());
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  ONNXIFI_ASSIGN_OR_RETURN(state.index,
                           TupleIndex::Make(ctx, in.dims, ctx.in(1), 0));
  if (ctx.in(2).dims != state.index.result_dims() ||
      ctx.in(2).type != in.type) {
    return ShapeError(
        ctx, StrCat("updates ", ShapeText(ctx.in(2).dims), " should be ",
                    ShapeText(state.index.result_dims())));
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

ONNXIFI_DEFINE_OPS(scatter_nd, {.op = "ScatterND",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::cpu
