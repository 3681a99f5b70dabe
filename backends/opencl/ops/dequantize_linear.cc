#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/quant_grid.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kScaleTypes = TypeBit(DataType::kFloat) |
                                TypeBit(DataType::kFloat16) |
                                TypeBit(DataType::kBfloat16);

DataType TargetOf(const NodeView& node) {
  const int64_t type = node.attrs().Int("output_dtype", 0);
  return type == 0 ? node.input_type(1) : static_cast<DataType>(type);
}

Reject Supports(const NodeView& node) {
  const DataType from = node.input_type(0);
  if (!IsQuantizedType(from) && from != DataType::kInt32) {
    return {RejectReason::kDataType,
            StrCat(graph::DataTypeName(from), " input 0")};
  }
  if (Reject r = RequireTypes(node, 1, kScaleTypes); !r.supported()) return r;
  if (Reject r = RequireType(node, 2, {from}); !r.supported()) return r;
  const DataType to = TargetOf(node);
  if ((TypeBit(to) & kScaleTypes) != 0) return {};
  return {RejectReason::kDataType,
          StrCat("dequantization to ", graph::DataTypeName(to))};
}

Status Prepare(PrepareContext& ctx) {
  return PrepareQuantGrid(ctx, TargetOf(ctx),
                          "const float y_v = (x_v - zero_v) * scale_v;\n");
}

}  // namespace

ONNXIFI_DEFINE_OPS(dequantize_linear, {.op = "DequantizeLinear",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::opencl
