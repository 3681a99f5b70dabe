#include "partitioner/placer.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_writer.h"

namespace onnxifi::partitioner {
namespace {

// The next of a sequence that looks random and is the same everywhere.
uint64_t NextRandom(uint64_t* state) {
  *state += 0x9e3779b97f4a7c15;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Placing AllOn(const graph::Graph& graph, int32_t device) {
  Part part;
  part.device = device;
  part.nodes.resize(graph.nodes.size());
  std::iota(part.nodes.begin(), part.nodes.end(), size_t{0});
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
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  views_.clear();
  for (size_t d = 0; d < devices_.size(); ++d) {
    Device& device = *devices_[d];
    DeviceView view;
    view.name = device.name();
    view.figures = device.figures();
    view.carries_values = device.carries_values();
    Result<std::vector<NodeSupport>> support =
        QuerySupport(device, graph, model);
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
      remark(pin, "there is no such node");
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
    }
  }
}

Result<Placing> Placer::Place(const graph::Graph& graph,
                              std::vector<std::string>* remarks) {
  const std::vector<size_t> used = Used();
  if (alone()) return AllOn(graph, 0);
  std::vector<DeviceView> views;
  for (const size_t d : used) views.push_back(views_[d]);
  Placing placing;
  placing.used = used;
  ONNXIFI_ASSIGN_OR_RETURN(placing.problem, MakeGraphProblem(graph, views));
  SetPins(graph, &placing, remarks);
  ONNXIFI_RETURN_IF_ERROR(options_.mode == PlacerOptions::Mode::kRandom
                              ? PlaceAtRandom(&placing)
                              : PlaceAtLeastCost(&placing));
  ONNXIFI_RETURN_IF_ERROR(CheckPlan(placing.problem.problem, placing.plan));
  placing.parts = MakeParts(graph, placing.problem, placing.plan.runs);
  for (Part& part : placing.parts) {
    part.device = static_cast<int32_t>(used[static_cast<size_t>(part.device)]);
  }
  // One part with all nodes also gives outputs that no node makes.
  if (placing.parts.size() <= 1) {
    Placing all =
        AllOn(graph, placing.parts.empty() ? 0 : placing.parts.front().device);
    placing.parts = std::move(all.parts);
  }
  return placing;
}

void Placer::Ban(size_t device, const std::vector<size_t>& nodes) {
  for (const size_t n : nodes) {
    NodeSupport& support = views_[device].support[n];
    support.supported = false;
    support.status = ONNXIFI_STATUS_UNSUPPORTED_OPERATOR;
    support.reason = "it said that it runs the node and then did not";
  }
}

void Placer::BanDevice(size_t device) { views_[device].support.clear(); }

}  // namespace onnxifi::partitioner
