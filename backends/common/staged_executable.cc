#include "backends/common/staged_executable.h"

#include <algorithm>
#include <utility>

namespace onnxifi::abi {

StagedExecutable::Sizes StagedExecutable::SizesOf(
    const std::vector<graph::TensorData>& inputs,
    const std::vector<graph::TensorData>& outputs) {
  Sizes sizes;
  for (const graph::TensorData& tensor : inputs) {
    sizes.inputs.push_back(tensor.bytes);
  }
  for (const graph::TensorData& tensor : outputs) {
    sizes.outputs.push_back(tensor.bytes);
  }
  return sizes;
}

StagedExecutable::StagedExecutable(std::unique_ptr<Executable> inner,
                                   DeviceMemory& memory, Sizes sizes)
    : inner_(std::move(inner)),
      memory_(memory),
      sizes_(std::move(sizes)),
      inputs_(MakeBuffers(sizes_.inputs)),
      outputs_(MakeBuffers(sizes_.outputs)) {
  for (const Bytes& buffer : inputs_) from_.push_back(buffer.get());
  for (const Bytes& buffer : outputs_) to_.push_back(buffer.get());
}

std::vector<StagedExecutable::Bytes> StagedExecutable::MakeBuffers(
    const std::vector<size_t>& sizes) {
  std::vector<Bytes> buffers;
  for (const size_t size : sizes) {
    buffers.push_back(std::make_unique<std::byte[]>(std::max<size_t>(size, 1)));
  }
  return buffers;
}

onnxStatus StagedExecutable::Run(std::span<const void* const> inputs,
                                 std::span<void* const> outputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (sizes_.inputs[i] == 0) continue;
    const onnxStatus copied =
        memory_.Copy(inputs_[i].get(), inputs[i], sizes_.inputs[i]);
    if (copied != ONNXIFI_STATUS_SUCCESS) return copied;
  }
  const onnxStatus status = inner_->Run(from_, to_);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (sizes_.outputs[i] == 0) continue;
    const onnxStatus copied =
        memory_.Copy(outputs[i], outputs_[i].get(), sizes_.outputs[i]);
    if (copied != ONNXIFI_STATUS_SUCCESS) return copied;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::abi
