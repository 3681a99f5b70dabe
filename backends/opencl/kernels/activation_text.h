#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ACTIVATION_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ACTIVATION_TEXT_H_

#include <string>

#include "backends/common/fusion/activation.h"

namespace onnxifi::opencl {

// The activation of a variable `x`, of a float or a vector of floats that is
// called `type`.
std::string ActivationText(const Activation& activation, const std::string& x,
                           const std::string& type);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ACTIVATION_TEXT_H_
