#ifndef ONNXIFI_PARTITIONER_SUPPORT_H_
#define ONNXIFI_PARTITIONER_SUPPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "graph/onnx_writer.h"
#include "partitioner/device.h"

namespace onnxifi::partitioner {

// What a device says of one node, in host memory.
struct NodeSupport {
  bool supported = false;
  bool emulated = false;
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;  // why not
  std::string reason;                          // the same for people
  int32_t group = -1;
  uint64_t host_inputs = 0;
  int64_t cost_ns = -1;
  int64_t workspace_bytes = -1;
};

// Weights of a split model as descriptors, which refer to it.
class WeightDescriptors {
 public:
  explicit WeightDescriptors(const std::vector<graph::NamedTensor>& weights);
  uint32_t count() const { return static_cast<uint32_t>(all_.size()); }
  const onnxTensorDescriptorV1* data() const { return all_.data(); }

 private:
  std::vector<std::vector<uint64_t>> shapes_;
  std::vector<onnxTensorDescriptorV1> all_;
};

// Asks a device about every node of a graph; `model` is the graph in writing.
// Interface 1.1: one call. A plugin of 1.0 is asked node by node, with models
// of one node each, equal ones once. Fails when the device does not take the
// model, or takes no question at all.
Result<std::vector<NodeSupport>> QuerySupport(Device& device,
                                              const graph::Graph& graph,
                                              const graph::SplitModel& model);

// Whether descriptors of 1.0 can carry the value whatever its use: a tensor of
// a known type of theirs, of known shape and not empty.
bool FitsDescriptor(const graph::Value& value);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_SUPPORT_H_
