#include "graph/check_alike.h"

#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace onnxifi::graph {
namespace {

namespace checker = onnx::checker;

// The names that exist at some node. The rules are those of check_graph; the
// names are not copied.
class Scope {
 public:
  explicit Scope(const onnx::GraphProto& graph) : graph_(graph) {
    names_.reserve(static_cast<size_t>(graph.node_size()) +
                   static_cast<size_t>(graph.initializer_size()) +
                   static_cast<size_t>(graph.input_size()));
  }

  bool AddInputs(const checker::CheckerContext& context) {
    for (const auto& input : graph_.input()) {
      checker::check_value_info(input, context);
      if (!names_.insert(input.name()).second) return false;
    }
    for (const auto& output : graph_.output()) {
      checker::check_value_info(output, context);
    }
    return true;
  }

  bool AddInitializers(const checker::CheckerContext& context) {
    constexpr int kLastWithInputs = 3;  // IR: initializers are inputs, too
    std::unordered_set<std::string_view> own;
    for (const auto& tensor : graph_.initializer()) {
      if (tensor.name().empty() || !own.insert(tensor.name()).second) {
        return false;
      }
      checker::check_tensor(tensor, context);
      const bool added = names_.insert(tensor.name()).second;
      if (added && context.get_ir_version() <= kLastWithInputs) return false;
    }
    return true;
  }

  bool AddNode(const onnx::NodeProto& node) {
    for (const std::string& input : node.input()) {
      if (!input.empty() && names_.count(input) == 0) return false;
    }
    for (const std::string& output : node.output()) {
      if (!output.empty() && !names_.insert(output).second) return false;
    }
    return true;
  }

  bool HasOutputs() const {
    for (const auto& output : graph_.output()) {
      if (names_.count(output.name()) == 0) return false;
    }
    return true;
  }

 private:
  const onnx::GraphProto& graph_;
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::unordered_set<std::string_view> names_{&memory_};
};

}  // namespace

bool PassesChecker(const onnx::GraphProto& graph, const NodeKinds& kinds,
                   const checker::CheckerContext& context) {
  if (kinds.has_bodies() || graph.name().empty() ||
      graph.sparse_initializer_size() > 0) {
    return false;
  }
  try {
    Scope scope(graph);
    if (!scope.AddInputs(context) || !scope.AddInitializers(context)) {
      return false;
    }
    // Nodes without bodies look at no names.
    const checker::LexicalScopeContext no_names;
    std::vector<bool> passed(static_cast<size_t>(kinds.count()), false);
    for (int i = 0; i < graph.node_size(); ++i) {
      const onnx::NodeProto& node = graph.node(i);
      const int32_t kind = kinds.of(i);
      if (kind == NodeKinds::kNone || !passed[static_cast<size_t>(kind)]) {
        if (checker::check_is_experimental_op(node)) return false;
        checker::check_node(node, context, no_names);
        if (kind != NodeKinds::kNone) passed[static_cast<size_t>(kind)] = true;
      }
      if (!scope.AddNode(node)) return false;
    }
    return scope.HasOutputs();
  } catch (const checker::ValidationError&) {
    return false;
  }
}

}  // namespace onnxifi::graph
