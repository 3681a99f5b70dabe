#include "backends/common/control/control.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(scan, control::kScanOfBatches, control::kScan);

}  // namespace onnxifi::cpu
