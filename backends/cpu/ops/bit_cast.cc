#include <cstring>

#include "backends/cpu/kernels/elementwise_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

DataType Target(const NodeView& n) {
  return static_cast<DataType>(n.attrs().Int("to", 0));
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  if (n.input_type(0) == DataType::kString || Target(n) == DataType::kString) {
    return {RejectReason::kDataType, "strings have no bits of their own"};
  }
  if (graph::ElementBits(Target(n)) != graph::ElementBits(n.input_type(0))) {
    return {RejectReason::kDataType,
            StrCat("bits of ", graph::DataTypeName(n.input_type(0)), " as ",
                   graph::DataTypeName(Target(n)))};
  }
  return {};
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const size_t bytes = *static_cast<const size_t*>(state);
  if (args.out[0] != args.in[0] && bytes > 0) {
    std::memcpy(args.out[0], args.in[0], bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  TensorDesc out = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, DescBytes(out));
  out.type = Target(ctx);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, bytes);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(bit_cast, {.op = "BitCast",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
