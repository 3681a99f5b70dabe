#ifndef ONNXIFI_BACKENDS_HETERO_PLACER_H_
#define ONNXIFI_BACKENDS_HETERO_PLACER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/hetero/device_set.h"
#include "backends/hetero/options.h"
#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/graph_problem.h"
#include "partitioner/optimize.h"
#include "partitioner/parts.h"

namespace onnxifi::hetero {

// Where a graph's nodes go.
struct Placing {
  std::vector<partitioner::Part> parts;  // `device` is an index of devices()
  partitioner::Cost cost;
  std::vector<partitioner::Policy> policies;
  std::string found_by;
};

// Decides which device runs which node, again and again as devices turn out
// not to do what they said. One thread at a time.
class Placer {
 public:
  Placer(Devices devices, const Options& options)
      : devices_(std::move(devices)), options_(options) {}

  const Devices& devices() const { return devices_; }
  // Only the host is left, so that there is nothing to decide.
  bool alone() const;

  // Asks the devices about the graph. One that gives no answer is not used:
  // `remarks` gets why. Fails when the host gives none.
  Status Ask(const graph::Graph& graph, std::vector<std::string>* remarks);
  // For each node, whether any device runs it, and what the host says if not.
  std::vector<partitioner::NodeSupport> Joint() const;

  // The placing of the graph that was asked about. Its outputs are checked
  // with partitioner::CheckPlan before they are used.
  Result<Placing> Place(const graph::Graph& graph);

  // From now on not these nodes there, or nothing at all.
  void Ban(size_t device, const std::vector<size_t>& nodes);
  void BanDevice(size_t device);
  bool banned(size_t device) const { return views_[device].support.empty(); }

 private:
  // Indices of the devices that are still used; the host's, 0, always is.
  std::vector<size_t> Used() const;
  Result<Placing> Random(const graph::Graph& graph,
                         const partitioner::GraphProblem& problem,
                         const std::vector<size_t>& used) const;

  const Devices devices_;
  const Options options_;
  // [device]; one without answers is out.
  std::vector<partitioner::DeviceView> views_;
};

// A placing with everything on one device.
Placing AllOn(const graph::Graph& graph, int32_t device);

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_PLACER_H_
