#ifndef ONNXIFI_BACKENDS_COMMON_STAGED_EXECUTABLE_H_
#define ONNXIFI_BACKENDS_COMMON_STAGED_EXECUTABLE_H_

#include <memory>
#include <span>
#include <vector>

#include "backends/common/backend.h"

namespace onnxifi::abi {

// An executable that knows the host's memory only, behind buffers that may lie
// in the device's: inputs are copied to the host before a run, outputs back
// after it. As thread-safe as the other one.
class StagedExecutable final : public Executable {
 public:
  struct Sizes {
    std::vector<size_t> inputs;
    std::vector<size_t> outputs;
  };
  static Sizes SizesOf(const std::vector<graph::TensorData>& inputs,
                       const std::vector<graph::TensorData>& outputs);

  StagedExecutable(std::unique_ptr<Executable> inner, DeviceMemory& memory,
                   Sizes sizes);

  const std::vector<graph::Shape>& output_shapes() const override {
    return inner_->output_shapes();
  }
  std::span<const graph::DataType> output_types() const override {
    return inner_->output_types();
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override;

 private:
  using Bytes = std::unique_ptr<std::byte[]>;
  static std::vector<Bytes> MakeBuffers(const std::vector<size_t>& sizes);

  const std::unique_ptr<Executable> inner_;
  DeviceMemory& memory_;
  const Sizes sizes_;
  const std::vector<Bytes> inputs_;
  const std::vector<Bytes> outputs_;
  std::vector<const void*> from_;
  std::vector<void*> to_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_STAGED_EXECUTABLE_H_
