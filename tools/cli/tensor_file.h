#ifndef ONNXIFI_TOOLS_CLI_TENSOR_FILE_H_
#define ONNXIFI_TOOLS_CLI_TENSOR_FILE_H_

#include <string>

#include "base/status.h"
#include "tools/cli/host_tensor.h"

namespace onnxifi::cli {

// Reads a tensor from a file: .npy by its name, else a serialized TensorProto.
// The tensor's name is that in the file, or empty.
Result<HostTensor> ReadTensorFile(const std::string& path);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_TENSOR_FILE_H_
