#include "backends/common/control/control.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sequence_map, control::kSequenceMap);

}  // namespace onnxifi::cpu
