#include "backends/common/run_value.h"

namespace onnxifi {

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
