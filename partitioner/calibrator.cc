#include "partitioner/calibrator.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "partitioner/node_cost.h"
#include "partitioner/node_model.h"
#include "partitioner/node_work.h"
#include "partitioner/probe_graph.h"

namespace onnxifi::partitioner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kSmallElements = 64;
constexpr int64_t kLargeElements = int64_t{2} << 20;  // 8 MiB of floats
constexpr int kProbeNodes = 9;
// Of unary operators the device runs one, or nothing can be measured.
constexpr std::array<const char*, 5> kUnary = {"Identity", "Relu", "Neg",
                                               "Sigmoid", "Tanh"};

Result<int64_t> TimeOf(Device& device, const graph::Graph& graph,
                       TimedGraph::Way way,
                       Integers integers = Integers::kZeros) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<TimedGraph> timed,
                           TimedGraph::Make(device, graph, way, integers));
  return timed->MedianNs();
}

std::optional<double> TimeOrNone(Device& device, const graph::Graph& graph) {
  const Result<int64_t> time = TimeOf(device, graph, TimedGraph::Way::kBound);
  if (!time.ok()) return std::nullopt;
  return static_cast<double>(*time);
}

double CopyTime(const CopyCost& cost, const graph::Value& value) {
  return static_cast<double>(cost.latency) +
         static_cast<double>(BytesOf(value)) *
             static_cast<double>(cost.picoseconds) / 1000;
}

}  // namespace

std::vector<Calibrator::Kind> Calibrator::Kinds(
    const Calibration& known) const {
  std::map<std::string, size_t> places;
  std::vector<Kind> kinds;
  for (size_t n = 0; n < view_.support.size(); ++n) {
    const std::string& key = keys_[n];
    if (!view_.support[n].supported || key.empty() ||
        known.nodes.count(key) != 0) {
      continue;
    }
    const auto [place, added] = places.emplace(key, kinds.size());
    if (added) kinds.push_back({key, n, 0});
    kinds[place->second].estimate += CostOfNode(graph_, n, view_).ns;
  }
  std::stable_sort(
      kinds.begin(), kinds.end(),
      [](const Kind& a, const Kind& b) { return a.estimate > b.estimate; });
  return kinds;
}

Status Calibrator::MeasureFigures(Calibration* measured) {
  ProbeTimes times;
  std::string op_type;
  for (const char* candidate : kUnary) {
    const Result<int64_t> one =
        TimeOf(device_, UnaryProbe(graph_, candidate, kSmallElements, 1, 1),
               TimedGraph::Way::kBound);
    if (!one.ok()) continue;
    op_type = candidate;
    times.one = static_cast<double>(*one);
    break;
  }
  if (!times.one) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
                  "it runs none of Identity, Relu, Neg, Sigmoid and Tanh");
  }
  const auto unary = [&](int64_t elements, int length, int width) {
    return TimeOrNone(device_,
                      UnaryProbe(graph_, op_type, elements, length, width));
  };
  times.nodes = kProbeNodes;
  times.chain = unary(kSmallElements, kProbeNodes, 1);
  const bool in_host_memory = device_.type() == ONNXIFI_DEVICE_TYPE_CPU;
  if (!in_host_memory) {
    times.bytes = static_cast<double>((kLargeElements - kSmallElements) *
                                      int64_t{sizeof(float)});
    times.wide = unary(kSmallElements, 1, kProbeNodes);
    times.large = unary(kLargeElements, 1, 1);
    times.large_chain = unary(kLargeElements, kProbeNodes, 1);
    times.slice = TimeOrNone(device_, SliceProbe(graph_, kSmallElements));
    times.large_slice = TimeOrNone(device_, SliceProbe(graph_, kLargeElements));
  }
  measured->Merge(SolveFigures(times, device_.figures(), in_host_memory));
  return Status::Ok();
}

// What a run takes besides copies and nodes.
Result<double> Calibrator::Overhead(TimedGraph::Way way) {
  if (way == TimedGraph::Way::kBound) {
    return static_cast<double>(figures_.launch);
  }
  if (values_overhead_) return *values_overhead_;
  ProbeTimes times;
  times.nodes = kProbeNodes;
  const auto probe = [&](int length) {
    return TimeOf(
        device_, UnaryProbe(graph_, kUnary[0], kSmallElements, length, 1), way);
  };
  ONNXIFI_ASSIGN_OR_RETURN(times.one, probe(1));
  ONNXIFI_ASSIGN_OR_RETURN(times.chain, probe(kProbeNodes));
  // Without the nodes, but with the copies, which the figures have.
  const Calibration solved = SolveFigures(times, figures_, true);
  const double copies = static_cast<double>(figures_.from_host.latency) +
                        static_cast<double>(figures_.to_host.latency);
  values_overhead_ =
      std::max(0.0, static_cast<double>(solved.launch.value_or(0)) - copies);
  return *values_overhead_;
}

Result<Ns> Calibrator::MeasureNode(size_t node) {
  const graph::Graph alone = ExtractNode(graph_, node).graph;
  ONNXIFI_ASSIGN_OR_RETURN(const TimedGraph::Way way,
                           TimedGraph::WayOf(device_, alone));
  Result<int64_t> time = TimeOf(device_, alone, way);
  if (!time.ok()) time = TimeOf(device_, alone, way, Integers::kOnes);
  ONNXIFI_RETURN_IF_ERROR(time.status());
  ONNXIFI_ASSIGN_OR_RETURN(double besides, Overhead(way));
  // Of a node that reads a value twice, the first place counts.
  for (const graph::ValueId id : alone.inputs) {
    const std::vector<graph::ValueId>& reads = alone.nodes[0].inputs;
    const auto place = static_cast<size_t>(
        std::find(reads.begin(), reads.end(), id) - reads.begin());
    const uint64_t bit = uint64_t{1} << std::min<size_t>(place, 63);
    if ((view_.support[node].host_inputs & bit) != 0) continue;
    besides += CopyTime(figures_.from_host, alone.value(id));
  }
  for (const graph::ValueId id : alone.outputs) {
    besides += CopyTime(figures_.to_host, alone.value(id));
  }
  const double left = static_cast<double>(*time) - besides;
  return static_cast<Ns>(
      std::clamp(left, 1.0, static_cast<double>(kMostNodeNs)));
}

CalibrationResult Calibrator::Measure(const Calibration& known,
                                      int64_t budget_ns,
                                      const Progress& progress) {
  const Clock::time_point end =
      Clock::now() + std::chrono::nanoseconds(budget_ns);
  CalibrationResult result;
  const std::vector<Kind> kinds = Kinds(known);
  if (!known.launch) result.figures = MeasureFigures(&result.measured);
  figures_ = result.measured.Correct(known.Correct(device_.figures()));
  size_t done = 0;
  for (const Kind& kind : kinds) {
    if (Clock::now() >= end) break;
    const Result<Ns> time = MeasureNode(kind.node);
    ++done;
    if (time.ok()) {
      result.measured.nodes[kind.key] = *time;
    } else {
      ++result.failed;
    }
    if (progress) progress(done, kinds.size());
    if (time.status().code() == ONNXIFI_STATUS_BACKEND_UNAVAILABLE) {
      device_.SetLost();
      result.measured = {};  // who knows since when it was not well
      break;
    }
  }
  result.too_late = kinds.size() - done;
  return result;
}

}  // namespace onnxifi::partitioner
