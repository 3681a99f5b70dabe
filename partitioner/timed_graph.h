#ifndef ONNXIFI_PARTITIONER_TIMED_GRAPH_H_
#define ONNXIFI_PARTITIONER_TIMED_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/device.h"
#include "partitioner/synthetic_data.h"

namespace onnxifi::partitioner {

// A small model, compiled by a device for no other reason than to see how long
// it runs: on bound memory as a planned graph would be, or on values of
// interface 1.1. Its inputs are made up. One thread at a time.
class TimedGraph {
 public:
  enum class Way : uint8_t { kBound, kValues };

  // How the device can run the graph: bound where descriptors carry all of
  // it. UNSUPPORTED_DATATYPE when it cannot.
  static Result<Way> WayOf(const Device& device, const graph::Graph& graph);

  // Requires inputs and outputs that are tensors of known type and shape. The
  // device outlives the object.
  static Result<std::unique_ptr<TimedGraph>> Make(Device& device,
                                                  const graph::Graph& graph,
                                                  Way way, Integers integers);
  ~TimedGraph();
  TimedGraph(const TimedGraph&) = delete;
  TimedGraph& operator=(const TimedGraph&) = delete;

  // The median of some runs after one that does not count, in nanoseconds:
  // fewer the longer they take.
  Result<int64_t> MedianNs();

 private:
  struct Port {
    std::string name;
    std::vector<uint64_t> dims;
    graph::NewTensor memory;
  };

  TimedGraph(Device& device, Way way) : device_(device), way_(way) {}
  static Result<std::vector<Port>> PortsOf(
      const graph::Graph& graph, const std::vector<graph::ValueId>& ids);
  static onnxTensorDescriptorV1 Describe(const Port& port);
  Status Compile(const graph::Graph& graph);
  Status Bind();
  Status Run();
  Status RunBound();
  Status RunValues();

  Device& device_;
  const Way way_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  onnxGraph graph_ = nullptr;
  bool made_ = false;
  onnxEvent ready_ = nullptr;  // signalled for ever: gates every run
  bool has_ready_ = false;
};

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_TIMED_GRAPH_H_
