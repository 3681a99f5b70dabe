#ifndef ONNXIFI_CLIENT_TENSOR_FILE_H_
#define ONNXIFI_CLIENT_TENSOR_FILE_H_

#include <cstddef>
#include <span>
#include <string>

#include "base/status.h"
#include "client/host_tensor.h"

namespace onnxifi::client {

// Reads a tensor from a file: .npy by its name, else a serialized TensorProto.
// The tensor's name is that in the file, or empty.
Result<HostTensor> ReadTensorFile(const std::string& path);
// The same of the bytes of a TensorProto.
Result<HostTensor> ReadTensorBytes(std::span<const std::byte> bytes);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_TENSOR_FILE_H_
