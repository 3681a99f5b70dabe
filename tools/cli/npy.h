#ifndef ONNXIFI_TOOLS_CLI_NPY_H_
#define ONNXIFI_TOOLS_CLI_NPY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/status.h"
#include "tools/cli/host_tensor.h"

namespace onnxifi::cli {

// Reads NumPy's .npy format, versions 1 to 3: C order, little-endian numbers
// and booleans. Trusts nothing in the header.
Result<HostTensor> ReadNpy(std::span<const std::byte> file);

// Writes version 1. Types that NumPy lacks (bfloat16, float8, ...) are stored
// as unsigned integers of the same size, sub-byte types as one value per byte.
std::vector<std::byte> WriteNpy(const HostTensor& tensor);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_NPY_H_
