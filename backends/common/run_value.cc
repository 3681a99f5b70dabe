#include "backends/common/run_value.h"

#include <algorithm>
#include <cstring>

namespace onnxifi {

namespace {

bool IsAligned(const graph::TensorData& tensor) {
  constexpr int kMostBytes = 8;  // of a number, or half of a complex one
  const int bytes =
      std::clamp(graph::ElementBits(tensor.type) / 8, 1, kMostBytes);
  return reinterpret_cast<uintptr_t>(tensor.data) %
             static_cast<uintptr_t>(bytes) ==
         0;
}

}  // namespace

Result<graph::TensorPtr> CopyTensor(const graph::TensorData& tensor) {
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor copy,
                           graph::MakeTensor(tensor.type, tensor.dims));
  if (tensor.bytes > 0) std::memcpy(copy.data, tensor.data, tensor.bytes);
  return std::move(copy.tensor);
}

Result<graph::TensorPtr> AlignedTensor(graph::TensorPtr tensor) {
  if (IsAligned(*tensor)) return tensor;
  return CopyTensor(*tensor);
}

const char* RunValueKindName(RunValue::Kind kind) {
  switch (kind) {
    case RunValue::Kind::kNone:
      return "missing value";
    case RunValue::Kind::kTensor:
      return "tensor";
    case RunValue::Kind::kSequence:
      return "sequence";
    case RunValue::Kind::kEmptyOptional:
      return "empty optional";
    case RunValue::Kind::kMap:
      return "map";
  }
  return "unknown value";
}

}  // namespace onnxifi
