#ifndef ONNXIFI_CLIENT_NPY_H_
#define ONNXIFI_CLIENT_NPY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/status.h"
#include "client/host_tensor.h"

namespace onnxifi::client {

// Reads NumPy's .npy format, versions 1 to 3: C order, little-endian numbers
// and booleans. Trusts nothing in the header.
Result<HostTensor> ReadNpy(std::span<const std::byte> file);

// Writes version 1. Types that NumPy lacks (bfloat16, float8, ...) are stored
// as unsigned integers of the same size, sub-byte types as one value per byte.
std::vector<std::byte> WriteNpy(const HostTensor& tensor);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_NPY_H_
