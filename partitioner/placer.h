#ifndef ONNXIFI_PARTITIONER_PLACER_H_
#define ONNXIFI_PARTITIONER_PLACER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/bodies.h"
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
  // [node] its bodies are placed on their own. Empty: no node's are.
  std::vector<bool> split;
  // A pin has put a node, maybe one in a body, on another device than the host.
  bool pinned_away = false;

  bool IsSplit(size_t node) const { return node < split.size() && split[node]; }
};

// Decides which device runs which node, again and again as devices turn out
// not to do what they said. A node with bodies is offered whole to each device;
// when it costs less, or nobody takes it, the host runs the node, and its
// bodies are placed like graphs of their own. One thread at a time.
class Placer {
 public:
  // A body of a node, and who places it.
  struct Inner {
    Body body;
    std::unique_ptr<Placer> placer;
  };

  Placer(Devices devices, const PlacerOptions& options)
      : devices_(std::move(devices)), options_(options) {}

  const Devices& devices() const { return devices_; }
  // Only the host is left, so that there is nothing to decide.
  bool alone() const;

  // Asks the devices about the graph. One that gives no answer is not used:
  // `remarks` gets why. Fails when the host gives none. Bodies that the host
  // gives no answer about are not shared.
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
  std::vector<DeviceView>& views() {
    placed_.reset();
    return views_;
  }
  // All bodies that may be shared, by node.
  const std::vector<Inner>& inner() const { return inner_; }

  // From now on not these nodes there, or nothing at all.
  void Ban(size_t device, const std::vector<size_t>& nodes);
  void BanDevice(size_t device);
  // From now on the node stays whole, or all nodes do.
  void BanSplit(size_t node);
  void BanSplits();

 private:
  Placer(Devices devices, PlacerOptions options, bool is_body)
      : devices_(std::move(devices)),
        options_(std::move(options)),
        is_body_(is_body) {}

  void AskBodies(const graph::Graph& graph, std::vector<std::string>* remarks);
  PlacerOptions OptionsInside(const graph::Graph& graph,
                              const Body& body) const;
  void JoinBodies(std::vector<NodeSupport>* joint) const;
  void EstimateBodies(const graph::Graph& graph);
  Ns AllNs(const graph::Graph& graph, size_t device) const;
  // Places the bodies, and says in `views` what that makes of their nodes.
  void PlaceBodies(const graph::Graph& graph, std::vector<DeviceView>* views,
                   Placing* placing, std::vector<std::string>* remarks);
  bool IsPinnedAway(const graph::Node& node) const;
  void ChooseSplits(const graph::Graph& graph,
                    const std::vector<DeviceView>& views, Placing* placing);
  Result<Placing> PlaceNow(const graph::Graph& graph,
                           std::vector<std::string>* remarks);
  // Indices of the devices that are still used; the host's, 0, always is.
  std::vector<size_t> Used() const;
  void SetPins(const graph::Graph& graph, Placing* placing,
               std::vector<std::string>* remarks) const;
  Status PlaceAtRandom(Placing* placing) const;
  Status PlaceAtLeastCost(Placing* placing) const;

  const Devices devices_;
  const PlacerOptions options_;
  const bool is_body_ = false;
  // [device]; one without answers is out.
  std::vector<DeviceView> views_;
  std::vector<Inner> inner_;
  std::vector<bool> whole_;  // [node] BanSplit; empty: none
  bool splits_ = true;
  std::optional<Placing> placed_;  // until something changes
};

// The next of a sequence that looks random and is the same everywhere.
uint64_t NextRandom(uint64_t* state);

// What driving one iteration of a body costs the host, beside the parts.
inline constexpr Ns kIterationNs = 5000;

// A placing with everything on one device.
Placing AllOn(const graph::Graph& graph, int32_t device);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLACER_H_
