#include "tests/sim/claims.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::sim {
namespace {

using graph::kNoValue;
using graph::Value;

constexpr size_t kLastHostBit = 63;

uint64_t HostInputs(const DeviceSpec& spec, const graph::Node& node) {
  const uint64_t* bits = spec.host_inputs.Find(OperatorName(node));
  if (bits == nullptr) return 0;
  const size_t count = node.inputs.size();
  const uint64_t present =
      count > kLastHostBit ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
  return *bits & present;
}

bool IsHostInput(uint64_t bits, size_t input) {
  return (bits >> std::min(input, kLastHostBit) & 1) != 0;
}

bool IsDynamic(const Value& value) {
  return value.kind != Value::Kind::kTensor || !value.has_shape ||
         std::any_of(value.dims.begin(), value.dims.end(),
                     [](int64_t dim) { return dim < 0; });
}

// `on_device`: the device itself reads or writes it.
Reject RefuseValue(const DeviceSpec& spec, const Value& value,
                   const std::string& what, bool on_device) {
  if (on_device && !spec.data_types.empty() &&
      value.type != graph::DataType::kUndefined &&
      !spec.data_types.contains(value.type)) {
    return {RejectReason::kDataType,
            StrCat(graph::DataTypeName(value.type), " ", what)};
  }
  if (spec.max_rank && value.has_shape && value.dims.size() > *spec.max_rank) {
    return {RejectReason::kShape, StrCat("rank ", value.dims.size(), " of ",
                                         what, ", at most ", *spec.max_rank)};
  }
  if (spec.refuse_dynamic_shapes && IsDynamic(value)) {
    return {RejectReason::kDynamicShape,
            StrCat("the shape of ", what, " is not fixed")};
  }
  return {};
}

Reject RefuseBodies(const DeviceSpec& spec, const graph::Graph& body) {
  for (const graph::Node& node : body.nodes) {
    Reject reject = Refusal(spec, NodeView(body, node));
    if (reject.supported()) continue;
    reject.detail =
        StrCat("node '", node.name, "' in its body: ", reject.detail);
    return reject;
  }
  return {};
}

// Sets of nodes, by the smallest index in each.
class NodeSets {
 public:
  explicit NodeSets(size_t count) : parent_(count), size_(count, 1) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
  }

  size_t Root(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(size_t a, size_t b) {
    a = Root(a);
    b = Root(b);
    if (a == b) return;
    if (b < a) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
  }
  size_t SizeOf(size_t i) { return size_[Root(i)]; }

 private:
  std::vector<size_t> parent_;
  std::vector<size_t> size_;
};

bool StayTogether(const DeviceSpec& spec, const std::string& a,
                  const std::string& b) {
  return std::any_of(spec.groups.begin(), spec.groups.end(),
                     [&](const auto& group) {
                       return group.contains(a) && group.contains(b);
                     });
}

void AssignGroups(const DeviceSpec& spec, const graph::Graph& graph,
                  std::vector<NodeSupport>* nodes) {
  const std::vector<int32_t> producers = graph::Producers(graph);
  NodeSets sets(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!(*nodes)[i].reject.supported()) continue;
    const std::string op = OperatorName(graph.nodes[i]);
    for (const graph::ValueId id : graph.nodes[i].inputs) {
      if (id == kNoValue) continue;
      const int32_t from = producers[static_cast<size_t>(id)];
      if (from < 0 || !(*nodes)[static_cast<size_t>(from)].reject.supported()) {
        continue;
      }
      const auto producer = static_cast<size_t>(from);
      if (StayTogether(spec, OperatorName(graph.nodes[producer]), op)) {
        sets.Join(producer, i);
      }
    }
  }
  int32_t next = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (sets.SizeOf(i) == 1) continue;
    const size_t root = sets.Root(i);
    (*nodes)[i].group = root == i ? next++ : (*nodes)[root].group;
  }
}

}  // namespace

Reject Refusal(const DeviceSpec& spec, const NodeView& view) {
  const graph::Node& node = view.node();
  const std::string op = OperatorName(node);
  if (!spec.operators.Has(op)) {
    return {RejectReason::kUnknownOperator,
            StrCat("device '", spec.name, "' has no ", op)};
  }
  const uint64_t host = HostInputs(spec, node);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!view.HasInput(i)) continue;
    Reject reject = RefuseValue(spec, view.input(i), StrCat("input ", i),
                                !IsHostInput(host, i));
    if (!reject.supported()) return reject;
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (!view.HasOutput(i)) continue;
    Reject reject =
        RefuseValue(spec, view.output(i), StrCat("output ", i), true);
    if (!reject.supported()) return reject;
  }
  for (const graph::Attribute& attribute : node.attributes) {
    if (attribute.graph != nullptr) {
      Reject reject = RefuseBodies(spec, *attribute.graph);
      if (!reject.supported()) return reject;
    }
    for (const auto& body : attribute.graphs) {
      Reject reject = RefuseBodies(spec, *body);
      if (!reject.supported()) return reject;
    }
  }
  return {};
}

int64_t NodeCostNs(const DeviceSpec& spec, const graph::Graph& graph,
                   const graph::Node& node) {
  if (const uint64_t* cost = spec.cost_ns.Find(OperatorName(node))) {
    return static_cast<int64_t>(*cost);
  }
  if (!spec.cost_per_element_ps) return -1;
  double elements = 0;
  for (const graph::ValueId id : node.outputs) {
    if (id == kNoValue) continue;
    const Value& value = graph.value(id);
    if (IsDynamic(value)) return -1;
    const Result<int64_t> count = graph::ElementCount(value.dims);
    if (!count.ok()) return -1;
    elements += static_cast<double>(*count);
  }
  // At most 2^48 elements an output and 10^9 ps an element, so that only an
  // absurd number of outputs gets here.
  constexpr double kMost = 9e18;
  return static_cast<int64_t>(
      std::min(elements * *spec.cost_per_element_ps / 1000, kMost));
}

void Describe(const DeviceSpec& spec, const graph::Graph& graph,
              std::vector<NodeSupport>* nodes) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    NodeSupport& support = (*nodes)[i];
    if (!support.reject.supported()) continue;
    support.emulated = spec.emulated.contains(OperatorName(node));
    support.host_inputs = HostInputs(spec, node);
    support.cost_ns = NodeCostNs(spec, graph, node);
  }
  AssignGroups(spec, graph, nodes);
}

}  // namespace onnxifi::sim
