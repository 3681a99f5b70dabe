#ifndef ONNXIFI_CLIENT_VALUE_FILE_H_
#define ONNXIFI_CLIENT_VALUE_FILE_H_

#include <cstddef>
#include <span>
#include <string>

#include "base/status.h"
#include "client/host_value.h"
#include "client/model_info.h"

namespace onnxifi::client {

// Reads a value from a file as the model declares it: a tensor (.npy, or a
// serialized TensorProto), SequenceProto, OptionalProto or MapProto. For an
// optional, a file of what is in it stands for one that is not empty. The
// value gets the declared name.
Result<HostValue> ReadValueFile(const std::string& path,
                                const ValueInfo& declared);
// The same of the bytes of such a message.
Result<HostValue> ReadValueBytes(std::span<const std::byte> bytes,
                                 const ValueInfo& declared);

// The value as the message of ONNX that holds it.
std::string SerializeValue(const HostValue& value);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_VALUE_FILE_H_
