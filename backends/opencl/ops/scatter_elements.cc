#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/index_shape.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/scatter.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return SupportsScatter(node);
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const ElementShape shape, FindElements(ctx));
  if (ctx.in(2).dims != shape.dims || ctx.in(2).type != ctx.in(0).type) {
    return ShapeError(ctx,
                      StrCat("updates ", ShapeText(ctx.in(2).dims),
                             " do not fit indices ", ShapeText(shape.dims)));
  }
  // Lines along the axis meet in no place: one turn of the loop does a line.
  const int64_t length = shape.dims[shape.axis];
  Shape lines = shape.dims;
  lines[shape.axis] = length == 0 ? 0 : 1;
  Shape strides = RowMajorStrides(shape.dims);
  const LoopOperand operands[] = {{"line", strides, 0},
                                  {"y", shape.strides, 0}};
  const std::string body = StrCat(
      "    for (long n = 0; n < ", length,
      "; ++n) {\n    const long from = line_i + n * ", strides[shape.axis],
      ";\n", IndexText("k", "index[from]", shape.limit),
      "    const long to = y_i + k * ", shape.axis_stride, ";\n",
      CombineText(ctx, "to", "from"), "    }");
  return SetScatter(ctx, MakeElementLoop(FactsOf(ctx), ScatterKernel(ctx),
                                         lines, operands, body));
}

}  // namespace

// Scatter is the name that ScatterElements had before opset 11.
ONNXIFI_DEFINE_OPS(
    scatter_elements,
    {.op = "ScatterElements", .supports = &Supports, .prepare = &Prepare},
    {.op = "Scatter", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
