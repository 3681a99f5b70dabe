#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_CAST_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_CAST_TEXT_H_

#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// A value of one type as one of another: to integers by cutting off the
// fraction, to bool by comparing with 0.
std::string CastText(graph::DataType from, graph::DataType to,
                     const std::string& value);

// Refuses types that kernels do not know.
Reject SupportsCastTo(graph::DataType to);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_CAST_TEXT_H_
