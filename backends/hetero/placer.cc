#include "backends/hetero/placer.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_writer.h"
#include "partitioner/plan.h"

namespace onnxifi::hetero {
namespace {

using partitioner::DeviceView;
using partitioner::GraphProblem;
using partitioner::NodeSupport;

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
  partitioner::Part part;
  part.device = device;
  part.nodes.resize(graph.nodes.size());
  std::iota(part.nodes.begin(), part.nodes.end(), size_t{0});
  Placing placing;
  placing.parts.push_back(std::move(part));
  placing.found_by = "one device only";
  return placing;
}

bool Placer::alone() const {
  return devices_.size() == 1 ||
         options_.placement == Options::Placement::kHost;
}

Status Placer::Ask(const graph::Graph& graph,
                   std::vector<std::string>* remarks) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  views_.clear();
  for (size_t d = 0; d < devices_.size(); ++d) {
    partitioner::Device& device = *devices_[d];
    DeviceView view;
    view.name = device.name();
    view.figures = device.figures();
    view.carries_values = device.carries_values();
    Result<std::vector<NodeSupport>> support =
        partitioner::QuerySupport(device, graph, model);
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

Result<Placing> Placer::Random(const graph::Graph& graph,
                               const GraphProblem& problem,
                               const std::vector<size_t>& used) const {
  const partitioner::Links links = partitioner::MakeLinks(problem.problem);
  partitioner::Placement placement;
  uint64_t state = options_.seed;
  for (size_t op = 0; op < problem.problem.ops.size(); ++op) {
    std::vector<int32_t> can;
    for (size_t d = 0; d < used.size(); ++d) {
      if (problem.problem.Runs(static_cast<int32_t>(op), static_cast<int>(d))) {
        can.push_back(static_cast<int32_t>(d));
      }
    }
    placement.home.push_back(can[NextRandom(&state) % can.size()]);
  }
  partitioner::RunBuilder runs(problem.problem, links);
  Placing placing;
  placing.cost =
      partitioner::CostWithoutLaunch(problem.problem, links, placement);
  runs.AddLaunch(placement, &placing.cost);
  const std::vector<partitioner::Run> built = runs.Build(placement);
  ONNXIFI_RETURN_IF_ERROR(partitioner::CheckPlan(
      problem.problem,
      partitioner::MakePlan(problem.problem, links, placement, built)));
  placing.parts = partitioner::MakeParts(graph, problem, built);
  placing.found_by = StrCat("random with seed ", options_.seed);
  return placing;
}

Result<Placing> Placer::Place(const graph::Graph& graph) {
  const std::vector<size_t> used = Used();
  if (used.size() == 1) return AllOn(graph, 0);
  std::vector<DeviceView> views;
  for (const size_t d : used) views.push_back(views_[d]);
  ONNXIFI_ASSIGN_OR_RETURN(const GraphProblem problem,
                           partitioner::MakeGraphProblem(graph, views));
  Placing placing;
  if (options_.placement == Options::Placement::kRandom) {
    ONNXIFI_ASSIGN_OR_RETURN(placing, Random(graph, problem, used));
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(partitioner::Solution solution,
                             partitioner::Optimize(problem.problem));
    const partitioner::Links links = partitioner::MakeLinks(problem.problem);
    ONNXIFI_RETURN_IF_ERROR(partitioner::CheckPlan(
        problem.problem,
        partitioner::MakePlan(problem.problem, links, solution.placement,
                              solution.runs)));
    placing.parts = partitioner::MakeParts(graph, problem, solution.runs);
    placing.cost = solution.cost;
    placing.policies = std::move(solution.policies);
    placing.found_by = std::move(solution.found_by);
  }
  for (partitioner::Part& part : placing.parts) {
    part.device = static_cast<int32_t>(used[static_cast<size_t>(part.device)]);
  }
  // One part with all nodes also gives outputs that no node makes.
  if (placing.parts.size() <= 1) {
    return AllOn(graph, placing.parts.empty() ? 0 : placing.parts[0].device);
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

}  // namespace onnxifi::hetero
