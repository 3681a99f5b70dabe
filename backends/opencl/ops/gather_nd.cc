#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/index_shape.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const DataType type = ctx.in(0).type;
  ONNXIFI_ASSIGN_OR_RETURN(const TupleShape shape,
                           FindTuples(ctx, ctx.attrs().Int("batch_dims", 0)));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, shape.result}));
  KernelText kernel;
  kernel.InAs("x", UnitOf(type), 0).In("index", DataType::kInt64, 1);
  kernel.OutAs("y", UnitOf(type), 0).Failure();
  SetLaunches(ctx,
              {MakeRowLoop(FactsOf(ctx), kernel, {{shape.tuples}}, shape.slice,
                           StrCat("    const long t = c0;\n", TupleText(shape)),
                           "    y[i] = x[at + j];")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(gather_nd, {.op = "GatherND",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::opencl
