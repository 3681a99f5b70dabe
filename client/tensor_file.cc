#include "client/tensor_file.h"

#include <cstring>

#include "base/str_cat.h"
#include "client/npy.h"
#include "client/text.h"
#include "graph/onnx_reader.h"
#include "graph/wire_tensor.h"

namespace onnxifi::client {

Result<HostTensor> ReadTensorBytes(std::span<const std::byte> bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::WireTensor read,
                           graph::ReadWireTensor(bytes, {}));
  const graph::TensorData& data = *read.data;
  ONNXIFI_ASSIGN_OR_RETURN(HostTensor tensor,
                           HostTensor::Make(read.name, data.type, data.dims));
  if (tensor.has_strings()) {
    const auto* refs = static_cast<const graph::StringRef*>(data.data);
    for (std::string& s : tensor.strings()) s = *refs++;
    return tensor;
  }
  if (data.bytes != tensor.bytes().size()) {
    return Status(
        ONNXIFI_STATUS_INVALID_PROTOBUF,
        StrCat("the tensor holds ", data.bytes, " bytes, its shape needs ",
               tensor.bytes().size(), ": write the file again"));
  }
  if (data.bytes != 0) {
    std::memcpy(tensor.bytes().data(), data.data, data.bytes);
  }
  return tensor;
}

Result<HostTensor> ReadTensorFile(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  Result<HostTensor> tensor = path.ends_with(".npy")
                                  ? ReadNpy(file.bytes)
                                  : ReadTensorBytes(file.bytes);
  if (tensor.ok()) return tensor;
  return tensor.status().WithContext(StrCat("file '", EscapeText(path), "'"));
}

}  // namespace onnxifi::client
