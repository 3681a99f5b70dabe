#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/common/ops/unpool_node.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kFloatTypes); !r.supported()) return r;
  if (Reject r = RequireType(node, 1, {DataType::kInt64}); !r.supported()) {
    return r;
  }
  return RequireKnown(node, 2);
}

Launch ClearLaunch(const PrepareContext& ctx, const char* unit, int64_t count) {
  KernelText kernel;
  kernel.OutAs("y", unit, 0);
  return MakeElementLoop(FactsOf(ctx), std::move(kernel), {{count}}, {},
                         "    y[i] = 0;");
}

// Items that name one place twice may leave either element there.
Launch PlaceLaunch(const PrepareContext& ctx, const char* unit,
                   const UnpoolShapes& shapes) {
  KernelText kernel;
  kernel.InAs("x", unit, 0)
      .In("index", DataType::kInt64, 1)
      .OutAs("y", unit, 0);
  kernel.Failure();
  const Shape strides = RowMajorStrides(shapes.out);
  const std::string body = StrCat(
      "    const long at = index[i];\n    if (at < 0 || at >= ",
      Product(shapes.inner), "L) {\n      failure[0] = 1;\n      continue;\n",
      "    }\n    y[", OffsetText("at", shapes.inner, strides), "] = x[i];");
  return MakeElementLoop(FactsOf(ctx), std::move(kernel),
                         {{Product(ctx.in(0).dims)}}, {}, body);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const UnpoolShapes shapes, ReadUnpool(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, shapes.out}));
  const char* const unit = UnitOf(in.type);
  SetLaunches(ctx, {ClearLaunch(ctx, unit, Product(shapes.out)),
                    PlaceLaunch(ctx, unit, shapes)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_unpool, {.op = "MaxUnpool",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::opencl
