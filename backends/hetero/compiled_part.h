#ifndef ONNXIFI_BACKENDS_HETERO_COMPILED_PART_H_
#define ONNXIFI_BACKENDS_HETERO_COMPILED_PART_H_

#include <onnxifi/onnxifi_ext.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/common/run_value.h"
#include "base/status.h"
#include "graph/extract.h"
#include "graph/graph.h"
#include "partitioner/device.h"

namespace onnxifi::hetero {

// Where an input or output of a part is.
struct TensorPlace {
  onnxEnum type = ONNXIFI_MEMORY_TYPE_CPU;
  onnxPointer buffer = 0;
  static TensorPlace OnHost(const void* data) {
    return {ONNXIFI_MEMORY_TYPE_CPU, reinterpret_cast<onnxPointer>(data)};
  }
};

// A part of a graph, compiled by a device and run through the C interface.
// One thread at a time.
class CompiledPart {
 public:
  // `part` as graph::ExtractNodes makes it. The failure's code is the device's.
  static Result<std::unique_ptr<CompiledPart>> Compile(
      std::shared_ptr<partitioner::Device> device, const graph::Extract& part);
  ~CompiledPart();
  CompiledPart(const CompiledPart&) = delete;
  CompiledPart& operator=(const CompiledPart&) = delete;

  partitioner::Device& device() const { return *device_; }
  // Values of the whole graph.
  const std::vector<graph::ValueId>& inputs() const { return input_ids_; }
  const std::vector<graph::ValueId>& outputs() const { return output_ids_; }

  // With shapes that the graph fixes: starts a run on this memory, which stays
  // until Wait, behind an event of its device (null: at once). Memory that was
  // bound before costs nothing again.
  Status Start(std::span<const TensorPlace> inputs,
               std::span<const TensorPlace> outputs,
               onnxEvent behind = nullptr);
  // The end of the started run; OK when there is none.
  Status Wait() const;
  // Signalled at that end, until Release, which comes before the next Start.
  onnxEvent done() const { return done_; }
  void Release();

  // With any values: runs to the end. The outputs own all they refer to.
  Result<std::vector<RunValue>> RunValues(
      const std::vector<const RunValue*>& inputs);

 private:
  // A named value on one side of the part.
  struct Port {
    std::string name;
    graph::ValueType type;
    std::vector<uint64_t> dims;
  };
  struct Receiver;

  CompiledPart(std::shared_ptr<partitioner::Device> device,
               const graph::Extract& part);
  Status Init(const graph::Graph& graph);
  Status InitReadyEvent(onnxBackend backend);
  static std::vector<Port> PortsOf(const graph::Graph& graph,
                                   const std::vector<graph::ValueId>& ids);
  static onnxTensorDescriptorV1 Describe(const Port& port);
  static onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t index,
                                        const onnxValue* value);
  Result<std::vector<RunValue>> RunBound(
      const std::vector<const RunValue*>& inputs);
  Status Failed(const Status& status) const;

  const std::shared_ptr<partitioner::Device> device_;
  const std::vector<graph::ValueId> input_ids_;
  const std::vector<graph::ValueId> output_ids_;
  const std::vector<Port> inputs_;
  const std::vector<Port> outputs_;
  std::vector<onnxTensorDescriptorV1> bound_inputs_;
  std::vector<onnxTensorDescriptorV1> bound_outputs_;
  bool bound_ = false;
  onnxGraph graph_ = nullptr;
  bool made_ = false;
  onnxEvent ready_ = nullptr;  // signalled for ever: gates every run
  bool has_ready_ = false;
  onnxEvent done_ = nullptr;  // of the started run
  bool started_ = false;
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_COMPILED_PART_H_
