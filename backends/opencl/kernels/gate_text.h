#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_GATE_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_GATE_TEXT_H_

#include <string>

#include "backends/common/ops/recurrent_node.h"

namespace onnxifi::opencl {

// What a gate's function makes of the number that is called `x`, of the scalar
// type `type`.
std::string GateText(const GateRule& rule, const std::string& x,
                     const std::string& type);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_GATE_TEXT_H_
