#include "partitioner/graph_problem.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/node_work.h"

namespace onnxifi::partitioner {
namespace {

constexpr Ns kEmulationPenalty = 4;
// More than a quarter of an hour for one node is no estimate.
constexpr Ns kMostNodeNs = 1'000'000'000'000;

// Sets of nodes; each node starts alone.
class NodeSets {
 public:
  explicit NodeSets(size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
  }
  size_t Root(size_t node) {
    while (parent_[node] != node) {
      parent_[node] = parent_[parent_[node]];
      node = parent_[node];
    }
    return node;
  }
  // The smaller index leads, so that the result does not depend on the order.
  void Join(size_t a, size_t b) {
    a = Root(a);
    b = Root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }
  void Dissolve(const std::vector<size_t>& nodes) {
    for (const size_t node : nodes) parent_[node] = node;
  }

 private:
  std::vector<size_t> parent_;
};

class ProblemMaker {
 public:
  ProblemMaker(const graph::Graph& graph, std::span<const DeviceView> devices)
      : graph_(graph),
        devices_(devices),
        reads_(graph::Reads(graph)),
        producers_(graph::Producers(graph)),
        sets_(graph.nodes.size()),
        refused_(graph.nodes.size() * devices.size(), false) {}

  Result<GraphProblem> Make() {
    JoinGroups();
    Order();
    out_.problem.devices = static_cast<int>(devices_.size());
    MakeTensors();
    for (const std::vector<size_t>& nodes : out_.nodes) {
      ONNXIFI_RETURN_IF_ERROR(MakeOp(nodes));
    }
    MakeDevices();
    ONNXIFI_RETURN_IF_ERROR(CheckProblem(out_.problem));
    return std::move(out_);
  }

 private:
  void JoinGroups() {
    for (const DeviceView& device : devices_) {
      std::map<int32_t, size_t> first;
      for (size_t n = 0; n < graph_.nodes.size(); ++n) {
        const NodeSupport& support = device.support[n];
        if (!support.supported || support.group < 0) continue;
        const auto [entry, added] = first.emplace(support.group, n);
        if (!added) sets_.Join(entry->second, n);
      }
    }
  }

  // Orders the sets so that each comes after what it reads, and breaks those
  // between which a circle runs.
  void Order() {
    while (!TryOrder()) {
    }
  }

  bool TryOrder() {
    std::map<size_t, std::vector<size_t>> members;  // by root
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      members[sets_.Root(n)].push_back(n);
    }
    std::vector<std::vector<size_t>> after(graph_.nodes.size());
    std::vector<int32_t> waits(graph_.nodes.size(), 0);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const size_t to = sets_.Root(n);
      for (const graph::ValueId id : reads_[n]) {
        const int32_t from = producers_[static_cast<size_t>(id)];
        if (from < 0) continue;
        const size_t root = sets_.Root(static_cast<size_t>(from));
        if (root == to) continue;
        after[root].push_back(to);
        ++waits[to];
      }
    }
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    for (const auto& [root, nodes] : members) {
      if (waits[root] == 0) ready.push(root);
    }
    out_.nodes.clear();
    while (!ready.empty()) {
      const size_t root = ready.top();
      ready.pop();
      out_.nodes.push_back(members[root]);
      for (const size_t next : after[root]) {
        if (--waits[next] == 0) ready.push(next);
      }
    }
    if (out_.nodes.size() == members.size()) return true;
    for (const auto& [root, nodes] : members) {
      if (waits[root] > 0 && nodes.size() > 1) Break(nodes);
    }
    return false;
  }

  // Whoever wanted the nodes together does not get them.
  void Break(const std::vector<size_t>& nodes) {
    for (const size_t n : nodes) {
      for (size_t d = 0; d < devices_.size(); ++d) {
        if (devices_[d].support[n].group >= 0) {
          refused_[n * devices_.size() + d] = true;
        }
      }
    }
    sets_.Dissolve(nodes);
  }

  void MakeTensors() {
    tensor_of_.assign(graph_.values.size(), -1);
    std::vector<bool> wanted(graph_.values.size(), false);
    for (const graph::ValueId id : graph_.outputs) {
      wanted[static_cast<size_t>(id)] = true;
    }
    for (size_t v = 0; v < graph_.values.size(); ++v) {
      const graph::Value& value = graph_.values[v];
      if (value.constant != nullptr) continue;
      tensor_of_[v] = static_cast<int32_t>(out_.values.size());
      out_.values.push_back(static_cast<graph::ValueId>(v));
      out_.problem.tensors.push_back({BytesOf(value), wanted[v]});
    }
  }

  int32_t WeightOf(const graph::TensorData& tensor) {
    const auto [entry, added] = weights_.emplace(
        &tensor, static_cast<int32_t>(out_.problem.weight_bytes.size()));
    if (added) {
      out_.problem.weight_bytes.push_back(static_cast<int64_t>(tensor.bytes));
    }
    return entry->second;
  }

  // Input i of the node is read in host memory by a device that may run it.
  bool InHost(size_t node, size_t input) const {
    const uint64_t bit = uint64_t{1} << std::min<size_t>(input, 63);
    return std::any_of(devices_.begin(), devices_.end(),
                       [&](const DeviceView& device) {
                         return device.support[node].supported &&
                                (device.support[node].host_inputs & bit) != 0;
                       });
  }

  void AddReads(size_t n, Op* op) {
    const graph::Node& node = graph_.nodes[n];
    const auto add = [&](graph::ValueId id, bool host) {
      const graph::Value& value = graph_.value(id);
      if (value.constant != nullptr) {
        op->weights.push_back(WeightOf(*value.constant));
        return;
      }
      const int32_t from = producers_[static_cast<size_t>(id)];
      const int32_t own = out_.op_of[n];
      if (from >= 0 && out_.op_of[static_cast<size_t>(from)] == own) return;
      (host ? op->host_reads : op->reads)
          .push_back(tensor_of_[static_cast<size_t>(id)]);
    };
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != graph::kNoValue) add(node.inputs[i], InHost(n, i));
    }
    // What bodies capture, and the inputs again: Unique() sorts that out.
    if (!graph::HasBodies(node)) return;
    for (const graph::ValueId id : reads_[n]) add(id, false);
  }

  static void Unique(std::vector<int32_t>* list) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }

  Status MakeOp(const std::vector<size_t>& nodes) {
    const auto index = static_cast<int32_t>(out_.problem.ops.size());
    out_.op_of.resize(graph_.nodes.size(), -1);
    for (const size_t n : nodes) out_.op_of[n] = index;
    Op op;
    op.replicable = true;
    for (const size_t n : nodes) {
      const graph::Node& node = graph_.nodes[n];
      AddReads(n, &op);
      for (const graph::ValueId id : node.outputs) {
        if (id == graph::kNoValue) continue;
        const int32_t tensor = tensor_of_[static_cast<size_t>(id)];
        if (tensor >= 0) op.writes.push_back(tensor);
      }
      if (IsRandom(node) || graph::HasBodies(node)) op.replicable = false;
    }
    for (auto* list : {&op.reads, &op.host_reads, &op.weights}) Unique(list);
    std::erase_if(op.reads, [&](int32_t tensor) {
      return std::binary_search(op.host_reads.begin(), op.host_reads.end(),
                                tensor);
    });
    out_.problem.ops.push_back(std::move(op));
    out_.problem.pins.push_back(-1);
    return AddTimes(nodes);
  }

  Status AddTimes(const std::vector<size_t>& nodes) {
    bool somewhere = false;
    for (size_t d = 0; d < devices_.size(); ++d) {
      Ns total = 0;
      for (const size_t n : nodes) {
        const Ns ns = NodeNs(n, d);
        total = ns == kCannot || total == kCannot ? kCannot : total + ns;
      }
      if (total != kCannot) total = std::min(total, kMaxNs);
      somewhere = somewhere || total != kCannot;
      out_.problem.exec.push_back(total);
    }
    if (somewhere) return Status::Ok();
    return NobodyRuns(nodes);
  }

  bool CarriedBy(const DeviceView& device, const graph::Node& node) const {
    if (device.carries_values) return true;
    const auto fits = [&](graph::ValueId id) {
      return id == graph::kNoValue || FitsDescriptor(graph_.value(id)) ||
             graph_.value(id).constant != nullptr;
    };
    return std::all_of(node.inputs.begin(), node.inputs.end(), fits) &&
           std::all_of(node.outputs.begin(), node.outputs.end(), fits);
  }

  Ns NodeNs(size_t n, size_t d) const {
    const DeviceView& device = devices_[d];
    const Ns split = device.split_ns.empty() ? kCannot : device.split_ns[n];
    if (!device.support[n].supported || refused_[n * devices_.size() + d] ||
        !CarriedBy(device, graph_.nodes[n])) {
      return split;
    }
    return std::min(split, EstimateNs(graph_, n, device));
  }

  Status NobodyRuns(const std::vector<size_t>& nodes) const {
    for (const size_t n : nodes) {
      std::string why;
      for (const DeviceView& device : devices_) {
        why += StrCat(why.empty() ? "" : "; ", device.name, ": ",
                      device.support[n].supported
                          ? std::string("its values need interface 1.1")
                          : device.support[n].reason);
      }
      const onnxStatus code = devices_.empty()
                                  ? ONNXIFI_STATUS_BACKEND_UNAVAILABLE
                                  : devices_[0].support[n].status;
      const graph::Node& node = graph_.nodes[n];
      if (devices_.empty() || code != ONNXIFI_STATUS_SUCCESS) {
        return Status(code, StrCat("node '", node.name, "' (", node.op_type,
                                   "): no device runs it: ", why));
      }
    }
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
        StrCat("no device runs node '", graph_.nodes[nodes.front()].name,
               "' together with what its group holds"));
  }

  void MakeDevices() {
    Problem& problem = out_.problem;
    for (const DeviceView& device : devices_) {
      problem.launch.push_back(device.figures.launch);
      problem.memory_limit.push_back(device.figures.memory);
    }
    // All memory that is not the host's is reached through the host's.
    for (const DeviceView& from : devices_) {
      for (const DeviceView& to : devices_) {
        const CopyCost& out = from.figures.to_host;
        const CopyCost& in = to.figures.from_host;
        const bool same = &from == &to;
        problem.copy.push_back(
            same ? CopyCost{}
                 : CopyCost{out.latency + in.latency,
                            out.picoseconds + in.picoseconds});
      }
    }
  }

  const graph::Graph& graph_;
  const std::span<const DeviceView> devices_;
  const std::vector<std::vector<graph::ValueId>> reads_;
  const std::vector<int32_t> producers_;
  NodeSets sets_;
  std::vector<bool> refused_;  // [node * devices + device]
  std::vector<int32_t> tensor_of_;
  std::unordered_map<const graph::TensorData*, int32_t> weights_;
  GraphProblem out_;
};

}  // namespace

bool IsRandom(const graph::Node& node) {
  static constexpr std::array<std::string_view, 7> kRandom = {
      "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike",
      "Multinomial",  "Bernoulli",        "Dropout"};
  return std::find(kRandom.begin(), kRandom.end(), node.op_type) !=
         kRandom.end();
}

Ns EstimateNs(const graph::Graph& graph, size_t node,
              const DeviceView& device) {
  NodeSupport support;
  if (!device.support.empty()) support = device.support[node];
  if (support.cost_ns >= 0) {
    return std::clamp<Ns>(support.cost_ns, 1, kMostNodeNs);
  }
  const Ns ns = RooflineNs(WorkOf(graph, graph.nodes[node]), device.figures);
  const Ns bodies = device.bodies_ns.empty() ? 0 : device.bodies_ns[node];
  return std::min(ns * (support.emulated ? kEmulationPenalty : 1) + bodies,
                  kMostNodeNs);
}

std::vector<size_t> GraphProblem::NodesOf(std::span<const int32_t> ops) const {
  std::vector<size_t> all;
  for (const int32_t op : ops) {
    const std::vector<size_t>& own = nodes[static_cast<size_t>(op)];
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

Result<GraphProblem> MakeGraphProblem(const graph::Graph& graph,
                                      std::span<const DeviceView> devices) {
  return ProblemMaker(graph, devices).Make();
}

}  // namespace onnxifi::partitioner
