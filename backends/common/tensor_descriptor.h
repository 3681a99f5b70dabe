#ifndef ONNXIFI_BACKENDS_COMMON_TENSOR_DESCRIPTOR_H_
#define ONNXIFI_BACKENDS_COMMON_TENSOR_DESCRIPTOR_H_

#include <onnxifi/onnxifi.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/memory_table.h"
#include "base/status.h"
#include "graph/graph.h"
#include "graph/onnx_reader.h"

namespace onnxifi::abi {

using Descriptors = std::span<const onnxTensorDescriptorV1>;

// Checks of onnxTensorDescriptorV1 that need no model. `role` is "input",
// "output" or "weight", for messages.

// UNSUPPORTED_TAG unless all tags are right. Nothing else is read, so that
// structures of another version are refused safely.
Status CheckTags(Descriptors descriptors, const char* role);

// Type, memory type, rank, dimensions and buffer. `zero_dims_allowed`: rule
// L-3 of the tolerant mode. `memories`: where tensors may be besides the host's
// memory; nullptr: nowhere.
Status CheckValues(const onnxTensorDescriptorV1& descriptor, const char* role,
                   bool zero_dims_allowed, const MemoryTable* memories);

// Dimensions of a descriptor that passed CheckValues.
graph::Shape ShapeOf(const onnxTensorDescriptorV1& descriptor);

// "input 'x'", for messages; bounded, NULL-safe.
std::string DescribeTensor(const char* role, const char* name);

// Checks weight descriptors. Their data stays where it is, without an owner.
Result<std::vector<graph::NamedTensor>> ReadWeights(Descriptors descriptors);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_TENSOR_DESCRIPTOR_H_
