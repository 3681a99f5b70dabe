#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_HOST_NUMBER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_HOST_NUMBER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "graph/tensor_type.h"

namespace onnxifi::opencl {

// Single elements of the types that kernels know, read and written when a plan
// is made. Pure functions.

// Element i at any alignment; 0 for other types.
double HostNumber(const void* data, graph::DataType type, int64_t i);
// The same as an integer: exact for integer types, fractions dropped, clamped
// to what int64 holds.
int64_t HostInteger(const void* data, graph::DataType type, int64_t i);

// One element in its own representation.
using HostElement = std::array<std::byte, 8>;
HostElement MakeHostElement(graph::DataType type, double value);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_HOST_NUMBER_H_
