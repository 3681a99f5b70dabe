#include "backends/common/control/control.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(loop, control::kLoop);

}  // namespace onnxifi::cpu
