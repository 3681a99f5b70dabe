#include "partitioner/fold_constants.h"

#include <algorithm>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/graph_problem.h"

namespace onnxifi::partitioner {
namespace {

size_t Index(graph::ValueId id) { return static_cast<size_t>(id); }

bool IsKnownTensor(const graph::Value& value) {
  return value.kind == graph::Value::Kind::kTensor &&
         value.type != graph::DataType::kUndefined;
}

// Indices of the nodes that can be computed now.
std::vector<size_t> Foldable(const graph::Graph& graph) {
  std::vector<bool> known(graph.values.size(), false);
  for (size_t v = 0; v < known.size(); ++v) {
    known[v] = graph.values[v].constant != nullptr;
  }
  std::vector<size_t> nodes;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const graph::Node& node = graph.nodes[n];
    const auto is_known = [&](graph::ValueId id) {
      return id == graph::kNoValue || known[Index(id)];
    };
    const auto is_tensor = [&](graph::ValueId id) {
      return id == graph::kNoValue || IsKnownTensor(graph.value(id));
    };
    if (IsRandom(node) || graph::HasBodies(node) ||
        node.op_type == "DequantizeLinear" ||
        !std::all_of(node.inputs.begin(), node.inputs.end(), is_known) ||
        !std::all_of(node.outputs.begin(), node.outputs.end(), is_tensor)) {
      continue;
    }
    nodes.push_back(n);
    for (const graph::ValueId id : node.outputs) {
      if (id != graph::kNoValue) known[Index(id)] = true;
    }
  }
  return nodes;
}

void SetConstant(graph::TensorPtr tensor, graph::Value* value) {
  value->has_shape = true;
  value->dims = tensor->dims;
  value->symbols.assign(value->dims.size(), "");
  value->constant = std::move(tensor);
}

// Returns the nodes at these indices.
std::vector<graph::Node> Remove(const std::vector<size_t>& nodes,
                                graph::Graph* graph) {
  std::vector<graph::Node> removed;
  std::vector<graph::Node> kept;
  size_t next = 0;
  for (size_t n = 0; n < graph->nodes.size(); ++n) {
    if (next < nodes.size() && nodes[next] == n) {
      ++next;
      removed.push_back(std::move(graph->nodes[n]));
    } else {
      kept.push_back(std::move(graph->nodes[n]));
    }
  }
  graph->nodes = std::move(kept);
  return removed;
}

}  // namespace

Result<std::vector<graph::Node>> FoldConstants(const ComputeConstants& compute,
                                               graph::Graph* graph) {
  const std::vector<size_t> nodes = Foldable(*graph);
  const std::vector<graph::ValueId> wanted =
      graph::ResultsUsedElsewhere(*graph, nodes);
  if (wanted.empty()) return std::vector<graph::Node>();
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<graph::TensorPtr> tensors,
                           compute(graph::ExtractNodes(*graph, nodes, wanted)));
  if (tensors.size() != wanted.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("the host computed ", tensors.size(),
                         " constants, not ", wanted.size()));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (tensors[i] == nullptr ||
        tensors[i]->type != graph->value(wanted[i]).type) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    "the host computed a constant of another type");
    }
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    SetConstant(std::move(tensors[i]), &graph->value(wanted[i]));
  }
  return Remove(nodes, graph);
}

}  // namespace onnxifi::partitioner
