#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t outer = 1;
  int64_t inner = 1;
  int64_t depth = 0;
  DataType index_type = DataType::kInt64;
  int64_t element_bytes = 4;
  bool wrap_negative = true;  // before opset 11 only [0, depth) counts
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {2}); !r.supported()) return r;
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (!HasType<NumericTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  return RequireKnown(n, 1);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* values = static_cast<const char*>(args.in[2]);
  char* out = static_cast<char*>(args.out[0]);
  ParallelFill(values, s.element_bytes, out, s.outer * s.depth * s.inner,
               args.pool);
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.inner; ++i) {
      int64_t index = LoadInteger(args.in[0], s.index_type, o * s.inner + i);
      if (index < 0 && s.wrap_negative) index += s.depth;
      if (index < 0 || index >= s.depth) continue;
      const int64_t at = (o * s.depth + index) * s.inner + i;
      CopyBlock(values + s.element_bytes, out + at * s.element_bytes,
                s.element_bytes);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const size_t rank = in.dims.size() + 1;
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), rank));
  State state;
  const graph::TensorData* depth = ctx.ConstantIn(1);
  if (depth == nullptr) return UnknownInput(ctx, 1);
  if (Product(depth->dims) != 1) {
    return ShapeError(ctx, "depth must be one element");
  }
  state.depth = LoadInteger(depth->data, depth->type, 0);
  if (state.depth < 0 || Product(ctx.in(2).dims) != 2) {
    return ShapeError(ctx, "depth is negative or values has not 2 elements");
  }
  const std::span<const int64_t> all(in.dims);
  state.outer = Product(all.first(axis));
  state.inner = Product(all.subspan(axis));
  state.index_type = in.type;
  state.element_bytes = ElementBytes(ctx.in(2).type);
  state.wrap_negative = ctx.opset() >= 11;
  Shape dims = in.dims;
  dims.insert(dims.begin() + static_cast<int64_t>(axis), state.depth);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(2).type, std::move(dims)}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(one_hot, {.op = "OneHot",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
