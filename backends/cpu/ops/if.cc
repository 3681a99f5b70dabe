#include "backends/common/control/control.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(if, control::kIf);

}  // namespace onnxifi::cpu
