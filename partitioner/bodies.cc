#include "partitioner/bodies.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/str_cat.h"
#include "graph/extract.h"

namespace onnxifi::partitioner {
namespace {

const graph::Value* InputOf(const graph::Graph& graph, const graph::Node& node,
                            size_t i) {
  if (i >= node.inputs.size() || node.inputs[i] == graph::kNoValue) {
    return nullptr;
  }
  return &graph.value(node.inputs[i]);
}

int64_t Plausible(int64_t count) {
  return count < 0 || count > kMostIterations ? kAssumedIterations : count;
}

int64_t LoopIterations(const graph::Graph& graph, const graph::Node& node) {
  const graph::Value* most = InputOf(graph, node, 0);
  if (most == nullptr || most->constant == nullptr) return kAssumedIterations;
  const Result<std::vector<int64_t>> count = graph::ReadInts(*most->constant);
  if (!count.ok() || count->size() != 1) return kAssumedIterations;
  return Plausible(std::max<int64_t>(count->front(), 0));
}

// A dimension of a value; -1 when it is not known. Negative axes count from
// the back.
int64_t DimOf(const graph::Value& value, int64_t axis) {
  if (!value.has_shape) return -1;
  const auto rank = static_cast<int64_t>(value.dims.size());
  if (axis < 0) axis += rank;
  return axis >= 0 && axis < rank ? value.dims[static_cast<size_t>(axis)] : -1;
}

int64_t ScanIterations(const graph::Graph& graph, const graph::Node& node) {
  const graph::AttrReader attrs(node);
  const int64_t scanned = attrs.Int("num_scan_inputs", 0);
  const auto inputs = static_cast<int64_t>(node.inputs.size());
  if (scanned < 1 || scanned > inputs) return kAssumedIterations;
  const graph::Value* first =
      InputOf(graph, node, static_cast<size_t>(inputs - scanned));
  if (first == nullptr) return kAssumedIterations;
  if (node.opset < 9) {
    // A batch axis, and then the one that is scanned.
    const int64_t batch = Plausible(DimOf(*first, 0));
    return Plausible(batch * Plausible(DimOf(*first, 1)));
  }
  const auto axes = attrs.Ints("scan_input_axes");
  return Plausible(DimOf(*first, axes.empty() ? 0 : axes.front()));
}

}  // namespace

bool CanShareBodies(const graph::Node& node) {
  static constexpr std::array<std::string_view, 4> kKnown = {
      "If", "Loop", "Scan", "SequenceMap"};
  return node.domain.empty() &&
         std::find(kKnown.begin(), kKnown.end(), node.op_type) != kKnown.end();
}

std::vector<Body> BodiesOf(const graph::Graph& graph) {
  std::vector<Body> bodies;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!CanShareBodies(graph.nodes[n])) continue;
    for (const graph::Attribute& attribute : graph.nodes[n].attributes) {
      if (attribute.graph == nullptr) continue;
      Body body;
      body.node = n;
      body.attribute = attribute.name;
      body.graph = *attribute.graph;
      body.captured = graph::BindCaptures(graph, &body.graph);
      // They are values like any other now.
      body.graph.captures.clear();
      graph::RemoveDeadNodes(body.graph);
      bodies.push_back(std::move(body));
    }
  }
  return bodies;
}

std::vector<graph::ValueId> MadeOutputs(const graph::Graph& graph) {
  const std::vector<int32_t> producers = graph::Producers(graph);
  std::vector<graph::ValueId> made;
  for (const graph::ValueId id : graph.outputs) {
    if (producers[static_cast<size_t>(id)] >= 0) made.push_back(id);
  }
  std::sort(made.begin(), made.end());
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

std::string PathInto(const graph::Node& node, std::string_view attribute) {
  return StrCat(node.name, "/", attribute, "/");
}

bool HasNode(const graph::Graph& graph, std::string_view name) {
  return std::any_of(
      graph.nodes.begin(), graph.nodes.end(),
      [&](const graph::Node& node) { return node.name == name; });
}

double Iterations(const graph::Graph& graph, const graph::Node& node) {
  if (node.op_type == "If") return 0.5;
  if (node.op_type == "Loop") {
    return static_cast<double>(LoopIterations(graph, node));
  }
  if (node.op_type == "Scan") {
    return static_cast<double>(ScanIterations(graph, node));
  }
  return static_cast<double>(kAssumedIterations);
}

Ns Repeated(double times, Ns one) {
  // Of kMaxNs a few sums still are no overflow.
  return static_cast<Ns>(
      std::min(times * static_cast<double>(one), static_cast<double>(kMaxNs)));
}

}  // namespace onnxifi::partitioner
