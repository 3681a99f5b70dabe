#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/quant_grid.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kTypes =
    TypeBit(DataType::kFloat) | TypeBit(DataType::kFloat16) |
    TypeBit(DataType::kBfloat16) | TypeBit(DataType::kInt32);

DataType TargetOf(const NodeView& node) {
  if (node.HasInput(2)) return node.input_type(2);
  const int64_t type = node.attrs().Int("output_dtype", 0);
  return type == 0 ? DataType::kUint8 : static_cast<DataType>(type);
}

// What the division is rounded to.
DataType PrecisionOf(const NodeView& node) {
  const auto attribute =
      static_cast<DataType>(node.attrs().Int("precision", 0));
  return attribute == DataType::kUndefined ? node.input_type(1) : attribute;
}

// The statement that rounds float `name` to a half type.
std::string RoundText(DataType precision, const char* name) {
  if (precision == DataType::kFloat16) {
    return StrCat("{ ushort h; vstore_half_rte(", name,
                  ", 0, (__private half*)&h); ", name,
                  " = vload_half(0, (const __private half*)&h); }\n");
  }
  if (precision == DataType::kBfloat16) {
    return StrCat(name, " = from_bfloat16(to_bfloat16(", name, "));\n");
  }
  return "";
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kTypes); !r.supported()) return r;
  if (Reject r = RequireTypes(node, 1, kTypes); !r.supported()) return r;
  const DataType to = TargetOf(node);
  if (IsQuantizedType(to)) return {};
  return {RejectReason::kDataType,
          StrCat("quantization to ", graph::DataTypeName(to))};
}

Status Prepare(PrepareContext& ctx) {
  const DataType to = TargetOf(ctx);
  const DataType precision = PrecisionOf(ctx);
  return PrepareQuantGrid(
      ctx, to,
      StrCat("float v = x_v;\n", RoundText(precision, "v"),
             "v = v / scale_v;\n", RoundText(precision, "v"), "const ",
             KernelTypeOf(to).compute,
             " y_v = ", SaturateText(to, "v", "zero_v"), ";\n"));
}

}  // namespace

ONNXIFI_DEFINE_OPS(quantize_linear, {.op = "QuantizeLinear",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::opencl
