#include "backends/cpu/kernels/elementwise_util.h"

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Shape PhysicalDims(const TensorDesc& desc) {
  Shape dims = desc.dims;
  if (desc.layout == Layout::kPlain) return dims;
  const int64_t block = static_cast<int64_t>(desc.layout);
  dims[1] = CeilDiv(dims[1], block);
  dims.push_back(block);
  return dims;
}

int64_t PhysicalCount(const TensorDesc& desc) {
  return Product(PhysicalDims(desc));
}

bool HasPadding(const TensorDesc& desc) {
  return desc.layout != Layout::kPlain &&
         desc.dims[1] % static_cast<int64_t>(desc.layout) != 0;
}

Reject RejectInputType(const NodeView& node, size_t i) {
  const graph::Value& value = node.input(i);
  if (value.kind != graph::Value::Kind::kTensor &&
      value.kind != graph::Value::Kind::kUnknown) {
    return {RejectReason::kValueKind, StrCat("input ", i, " is not a tensor")};
  }
  if (value.type == DataType::kUndefined) {
    return {RejectReason::kDataType,
            StrCat("the type of input ", i, " is not known")};
  }
  return {RejectReason::kDataType,
          StrCat(graph::DataTypeName(value.type), " input ", i)};
}

}  // namespace onnxifi::cpu
