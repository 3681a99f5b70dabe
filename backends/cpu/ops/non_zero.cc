#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {
namespace {

using NonZeroTypes = ConcatTypes<NumericTypes, TypeList<bool>>::Type;

struct State {
  DataType type = DataType::kFloat;
  Shape dims;
  int64_t found = 0;  // columns of the declared output
};

// How many elements differ from zero is known only after the run, so the
// model must declare it.
Reject Supports(const NodeView& n) {
  if (!HasType<NonZeroTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  return HasStaticOutput(n, 0)
             ? Reject()
             : Reject(RejectReason::kDynamicShape, "the number of results");
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t count = Product(s.dims);
  int64_t found = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (LoadNumber(args.in[0], s.type, i) == 0) continue;
    if (found == s.found) return ONNXIFI_STATUS_INTERNAL_ERROR;
    int64_t rest = i;
    for (size_t a = s.dims.size(); a-- > 0;) {
      StoreAt<int64_t>(args.out[0], static_cast<int64_t>(a) * s.found + found,
                       rest % s.dims[a]);
      rest /= s.dims[a];
    }
    ++found;
  }
  return found == s.found ? ONNXIFI_STATUS_SUCCESS
                          : ONNXIFI_STATUS_INTERNAL_ERROR;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, DeclaredOutput(ctx, 0));
  if (dims.size() != 2 || dims[0] != static_cast<int64_t>(in.dims.size())) {
    return ShapeError(ctx, "the declared shape does not fit the input's rank");
  }
  State s{in.type, in.dims, dims[1]};
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kInt64, std::move(dims)}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(non_zero, {.op = "NonZero",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
