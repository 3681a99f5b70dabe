#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

DataType Target(const NodeView& node) {
  return static_cast<DataType>(node.attrs().Int("to", 0));
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (ElementBytes(Target(node)) != ElementBytes(node.input_type(0))) {
    return {RejectReason::kDataType,
            StrCat("bits of ", graph::DataTypeName(node.input_type(0)), " as ",
                   graph::DataTypeName(Target(node)))};
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  TensorDesc out = ctx.in(0);
  out.type = Target(ctx);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));
  ctx.AllowInPlace(0, 0);
  SetLaunches(ctx, {CopyInput(ctx, 0)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(bit_cast, {.op = "BitCast",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
