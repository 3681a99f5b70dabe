#ifndef ONNXIFI_PARTITIONER_PLACER_H_
#define ONNXIFI_PARTITIONER_PLACER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/device.h"
#include "partitioner/graph_problem.h"
#include "partitioner/optimize.h"
#include "partitioner/parts.h"
#include "partitioner/plan.h"
#include "partitioner/plan_file.h"

namespace onnxifi::partitioner {

using Devices = std::vector<std::shared_ptr<Device>>;

// How nodes get their devices.
struct PlacerOptions {
  enum class Mode : uint8_t {
    kAuto,    // least time
    kHost,    // everything on the host
    kRandom,  // any device that runs the node; the same for the same seed
  };
  Mode mode = Mode::kAuto;
  uint64_t seed = 0;
  // Whoever names a device or node that is not there is told by a remark.
  std::vector<Pin> pins;
};

// Where a graph's nodes go.
struct Placing {
  std::vector<Part> parts;  // `device` is an index of devices()
  Cost cost;
  Ns lower_bound = 0;  // of the cost, without replicas; 0: not known
  std::vector<Policy> policies;
  std::string found_by;
  // What was solved, and how. Devices of the problem are those of `used`.
  // Empty when there was nothing to decide.
  GraphProblem problem;
  std::vector<size_t> used;
  Placement placement;
  Plan plan;
};

// Decides which device runs which node, again and again as devices turn out
// not to do what they said. One thread at a time.
class Placer {
 public:
  Placer(Devices devices, const PlacerOptions& options)
      : devices_(std::move(devices)), options_(options) {}

  const Devices& devices() const { return devices_; }
  // Only the host is left, so that there is nothing to decide.
  bool alone() const;

  // Asks the devices about the graph. One that gives no answer is not used:
  // `remarks` gets why. Fails when the host gives none.
  Status Ask(const graph::Graph& graph, std::vector<std::string>* remarks);
  // For each node, whether any device runs it, and what the host says if not.
  std::vector<NodeSupport> Joint() const;

  // The placing of the graph that was asked about, checked by CheckPlan.
  // `remarks` gets pins that cannot be kept; may be null.
  Result<Placing> Place(const graph::Graph& graph,
                        std::vector<std::string>* remarks = nullptr);

  // What the devices answered; one that is out has none.
  const std::vector<DeviceView>& views() const { return views_; }
  // Changes an answer: for questions of the kind "what if".
  std::vector<DeviceView>& views() { return views_; }

  // From now on not these nodes there, or nothing at all.
  void Ban(size_t device, const std::vector<size_t>& nodes);
  void BanDevice(size_t device);

 private:
  // Indices of the devices that are still used; the host's, 0, always is.
  std::vector<size_t> Used() const;
  void SetPins(const graph::Graph& graph, Placing* placing,
               std::vector<std::string>* remarks) const;
  Status PlaceAtRandom(Placing* placing) const;
  Status PlaceAtLeastCost(Placing* placing) const;

  const Devices devices_;
  const PlacerOptions options_;
  // [device]; one without answers is out.
  std::vector<DeviceView> views_;
};

// A placing with everything on one device.
Placing AllOn(const graph::Graph& graph, int32_t device);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLACER_H_
