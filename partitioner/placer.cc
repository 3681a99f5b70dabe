#include "partitioner/placer.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/str_cat.h"
#include "graph/extract.h"
#include "graph/onnx_writer.h"

namespace onnxifi::partitioner {
namespace {

// Whether the name is that of a node of the graph or of one of its bodies; with
// the path to it, or without.
bool Knows(const graph::Graph& graph, std::string_view name) {
  if (HasNode(graph, name)) return true;
  for (const graph::Node& node : graph.nodes) {
    if (!CanShareBodies(node)) continue;
    for (const graph::Attribute& attribute : node.attributes) {
      if (attribute.graph == nullptr) continue;
      const std::string path = PathInto(node, attribute.name);
      if (Knows(*attribute.graph, name) ||
          (name.starts_with(path) &&
           Knows(*attribute.graph, name.substr(path.size())))) {
        return true;
      }
    }
  }
  return false;
}

// The graph that devices are asked about. A body may give what it gets, or give
// a value twice; devices are asked about what its nodes make.
graph::Graph AskedGraph(const graph::Graph& body) {
  std::vector<size_t> all(body.nodes.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return graph::ExtractNodes(body, all, MadeOutputs(body)).graph;
}

}  // namespace

uint64_t NextRandom(uint64_t* state) {
  *state += 0x9e3779b97f4a7c15;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Placing AllOn(const graph::Graph& graph, int32_t device) {
  Part part;
  part.device = device;
  part.nodes.resize(graph.nodes.size());
  std::iota(part.nodes.begin(), part.nodes.end(), size_t{0});
  part.outputs = MadeOutputs(graph);
  Placing placing;
  placing.parts.push_back(std::move(part));
  placing.found_by = "one device only";
  return placing;
}

bool Placer::alone() const {
  return devices_.size() == 1 || options_.mode == PlacerOptions::Mode::kHost;
}

Status Placer::Ask(const graph::Graph& graph,
                   std::vector<std::string>* remarks) {
  views_.clear();
  inner_.clear();
  placed_.reset();
  if (is_body_ && graph.nodes.empty()) return Status::Ok();
  std::optional<graph::Graph> copy;
  if (is_body_) copy = AskedGraph(graph);
  const graph::Graph& asked = copy.has_value() ? *copy : graph;
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(asked));
  for (size_t d = 0; d < devices_.size(); ++d) {
    Device& device = *devices_[d];
    DeviceView view;
    view.name = device.name();
    view.figures = device.figures();
    view.carries_values = device.carries_values();
    Result<std::vector<NodeSupport>> support =
        QuerySupport(device, asked, model);
    if (support.ok()) {
      view.support = *std::move(support);
    } else if (d == 0) {
      return support.status().WithContext(device.name());
    } else {
      remarks->push_back(
          StrCat(device.name(), " is not used: ", support.status().message()));
    }
    views_.push_back(std::move(view));
  }
  // What runs bodies here takes and gives any values.
  if (!alone() && views_.front().carries_values) AskBodies(graph, remarks);
  return Status::Ok();
}

std::vector<NodeSupport> Placer::Joint() const {
  std::vector<NodeSupport> joint = views_.front().support;
  for (const DeviceView& view : views_) {
    for (size_t n = 0; n < view.support.size(); ++n) {
      if (!joint[n].supported && view.support[n].supported) {
        joint[n] = view.support[n];
      }
    }
  }
  JoinBodies(&joint);
  return joint;
}

std::vector<size_t> Placer::Used() const {
  std::vector<size_t> used;
  for (size_t d = 0; d < views_.size(); ++d) {
    if (d == 0 || !views_[d].support.empty()) used.push_back(d);
  }
  return used;
}

Status Placer::PlaceAtRandom(Placing* placing) const {
  const Problem& problem = placing->problem.problem;
  uint64_t state = options_.seed;
  for (size_t op = 0; op < problem.ops.size(); ++op) {
    std::vector<int32_t> can;
    for (int32_t d = 0; d < problem.devices; ++d) {
      if (problem.Runs(static_cast<int32_t>(op), d)) can.push_back(d);
    }
    placing->placement.home.push_back(can[NextRandom(&state) % can.size()]);
  }
  const Links links = MakeLinks(problem);
  placing->cost = CostWithoutLaunch(problem, links, placing->placement);
  RunBuilder runs(problem, links);
  runs.AddLaunch(placing->placement, &placing->cost);
  placing->plan = MakePlan(problem, links, placing->placement,
                           runs.Build(placing->placement));
  placing->found_by = StrCat("random with seed ", options_.seed);
  return Status::Ok();
}

Status Placer::PlaceAtLeastCost(Placing* placing) const {
  const Problem& problem = placing->problem.problem;
  ONNXIFI_ASSIGN_OR_RETURN(Solution solution, Optimize(problem));
  placing->plan =
      MakePlan(problem, MakeLinks(problem), solution.placement, solution.runs);
  placing->placement = std::move(solution.placement);
  placing->cost = solution.cost;
  placing->lower_bound = solution.lower_bound;
  placing->policies = std::move(solution.policies);
  placing->found_by = std::move(solution.found_by);
  return Status::Ok();
}

void Placer::SetPins(const graph::Graph& graph, Placing* placing,
                     std::vector<std::string>* remarks) const {
  if (options_.pins.empty()) return;
  std::unordered_map<std::string_view, size_t> by_name;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    by_name.emplace(graph.nodes[n].name, n);
  }
  const auto remark = [&](const Pin& pin, std::string_view why) {
    if (remarks == nullptr) return;
    remarks->push_back(
        StrCat("pin of node '", pin.node, "' to '", pin.device, "': ", why));
  };
  Problem& problem = placing->problem.problem;
  for (const Pin& pin : options_.pins) {
    const auto node = by_name.find(pin.node);
    if (node == by_name.end()) {
      // Of bodies, the placer of the whole graph tells.
      if (!is_body_ && !Knows(graph, pin.node)) {
        remark(pin, "there is no such node");
      }
      continue;
    }
    const auto op = static_cast<size_t>(placing->problem.op_of[node->second]);
    int32_t device = 0;
    while (device < problem.devices &&
           views_[placing->used[static_cast<size_t>(device)]].name !=
               pin.device) {
      ++device;
    }
    if (device == problem.devices) {
      remark(pin, "there is no such device");
    } else if (problem.ExecNs(static_cast<int32_t>(op), device) == kCannot) {
      remark(pin, "the device does not run it");
    } else {
      problem.pins[op] = device;
      if (device != kHost) placing->pinned_away = true;
    }
  }
}

Result<Placing> Placer::Place(const graph::Graph& graph,
                              std::vector<std::string>* remarks) {
  if (!placed_.has_value()) {
    ONNXIFI_ASSIGN_OR_RETURN(placed_, PlaceNow(graph, remarks));
  }
  return *placed_;
}

Result<Placing> Placer::PlaceNow(const graph::Graph& graph,
                                 std::vector<std::string>* remarks) {
  if (is_body_ && graph.nodes.empty()) return Placing();
  if (alone()) return AllOn(graph, 0);
  const std::vector<size_t> used = Used();
  std::vector<DeviceView> views;
  for (const size_t d : used) views.push_back(views_[d]);
  Placing placing;
  placing.used = used;
  PlaceBodies(graph, &views, &placing, remarks);
  ONNXIFI_ASSIGN_OR_RETURN(placing.problem, MakeGraphProblem(graph, views));
  SetPins(graph, &placing, remarks);
  ONNXIFI_RETURN_IF_ERROR(options_.mode == PlacerOptions::Mode::kRandom
                              ? PlaceAtRandom(&placing)
                              : PlaceAtLeastCost(&placing));
  ONNXIFI_RETURN_IF_ERROR(CheckPlan(placing.problem.problem, placing.plan));
  ChooseSplits(graph, views, &placing);
  placing.parts =
      MakeParts(graph, placing.problem, placing.plan.runs, placing.split);
  for (Part& part : placing.parts) {
    part.device = static_cast<int32_t>(used[static_cast<size_t>(part.device)]);
  }
  // One part with all nodes also gives outputs that no node makes.
  if (placing.parts.empty() ||
      (placing.parts.size() == 1 && !placing.parts.front().split)) {
    Placing all =
        AllOn(graph, placing.parts.empty() ? 0 : placing.parts.front().device);
    placing.parts = std::move(all.parts);
  }
  return placing;
}

void Placer::Ban(size_t device, const std::vector<size_t>& nodes) {
  placed_.reset();
  for (const size_t n : nodes) {
    NodeSupport& support = views_[device].support[n];
    support.supported = false;
    support.status = ONNXIFI_STATUS_UNSUPPORTED_OPERATOR;
    support.reason = "it said that it runs the node and then did not";
  }
}

void Placer::BanDevice(size_t device) {
  placed_.reset();
  if (device < views_.size()) views_[device].support.clear();
  for (const Inner& one : inner_) one.placer->BanDevice(device);
}

}  // namespace onnxifi::partitioner
