#include <utility>

#include "backends/common/gradient/emitter.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/reduce_plan.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// Input 0 summed to the shape of input 1, which broadcasts to it.
Reject Supports(const NodeView& node) {
  return RequireTypeIn<FloatTypes>(node, 0);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const ReducePlan*>(state)->Run(*args.pool, args.in[0],
                                             args.out[0], args.scratch);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const Shape& like = ctx.in(1).dims;
  ctx.ReleaseInput(1);
  const auto mismatch = [&] {
    return ShapeError(
        ctx, StrCat("shape ", ShapeText(like), " does not broadcast to ",
                    ShapeText(in.dims)));
  };
  if (like.size() > in.dims.size()) return mismatch();
  const size_t shift = in.dims.size() - like.size();
  uint64_t reduced = 0;
  for (size_t d = 0; d < in.dims.size(); ++d) {
    const bool kept = d >= shift && like[d - shift] == in.dims[d];
    if (!kept && d >= shift && like[d - shift] != 1) return mismatch();
    if (!kept) reduced |= uint64_t{1} << d;
  }
  // Dimensions of size 1 that go leave the elements as they are.
  if (Product(like) == Product(in.dims) && Product(like) > 0) {
    return ctx.AliasOutput(0, 0, like);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, like}));
  ctx.BookScratch(ReducePlan::ScratchBytes(Product(in.dims)));
  ctx.SetStepState(&Run, ReducePlan(in.type, in.dims, reduced, ReduceOp::kSum,
                                    ReduceEnd::kNone));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(reduce_to, {.domain = gradient::kDomain,
                               .op = "ReduceTo",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
