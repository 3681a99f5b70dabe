#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/index_shape.h"
#include "backends/opencl/kernels/scatter.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireType(node, 1, {DataType::kInt64}); !r.supported()) {
    return r;
  }
  return SupportsScatter(node);
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TupleShape shape, FindTuples(ctx, 0));
  if (ctx.in(2).dims != shape.result || ctx.in(2).type != ctx.in(0).type) {
    return ShapeError(ctx, StrCat("updates ", ShapeText(ctx.in(2).dims),
                                  " should be ", ShapeText(shape.result)));
  }
  // Several tuples may name one slice, and their order counts: the work is
  // divided within slices only. A CPU takes several elements for a tuple.
  const int64_t chunk = FactsOf(ctx).is_cpu() ? 64 : 1;
  const std::string body = StrCat(
      "    const long begin = (long)c0 * ", chunk,
      ";\n    const long end = min(begin + ", chunk, ", (long)", shape.slice,
      ");\n    for (long t = 0; t < ", shape.tuples, "; ++t) {\n",
      TupleText(shape), "    for (long j = begin; j < end; ++j) {\n",
      "    const long to = at + j, from = t * ", shape.slice, " + j;\n",
      CombineText(ctx, "to", "from"), "    }\n    }");
  return SetScatter(ctx,
                    MakeCoordinateLoop(FactsOf(ctx), ScatterKernel(ctx),
                                       {{CeilDiv(shape.slice, chunk)}}, body));
}

}  // namespace

ONNXIFI_DEFINE_OPS(scatter_nd, {.op = "ScatterND",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::opencl
