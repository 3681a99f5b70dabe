#include "backends/opencl/kernels/cast_text.h"

#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

std::string CastText(graph::DataType from, graph::DataType to,
                     const std::string& value) {
  if (to == graph::DataType::kBool) return StrCat("(", value, " != 0)");
  const bool to_integer = (TypeBit(to) & kIntTypes) != 0;
  const bool from_float = (TypeBit(from) & kFloatTypes) != 0;
  // Out of range C leaves open what comes; by way of long most devices wrap.
  if (to_integer && from_float && to != graph::DataType::kUint64) {
    return StrCat("(", KernelTypeOf(to).compute, ")(long)(", value, ")");
  }
  return StrCat("(", KernelTypeOf(to).compute, ")(", value, ")");
}

Reject SupportsCastTo(graph::DataType to) {
  if ((TypeBit(to) & kAnyType) != 0) return {};
  return {RejectReason::kDataType, StrCat("to ", graph::DataTypeName(to))};
}

}  // namespace onnxifi::opencl
