#include "graph/check_alike.h"

#include <string>
#include <string_view>
#include <vector>

#include "graph/name_map.h"

namespace onnxifi::graph {
namespace {

namespace checker = onnx::checker;

// The names that exist at some node. The rules are those of check_graph; the
// names are not copied.
class Scope {
 public:
  explicit Scope(const onnx::GraphProto& graph) : graph_(graph) {
    names_.Reserve(static_cast<size_t>(graph.node_size()) +
                   static_cast<size_t>(graph.initializer_size()) +
                   static_cast<size_t>(graph.input_size()));
  }

  bool AddInputs(const checker::CheckerContext& context) {
    for (const auto& input : graph_.input()) {
      checker::check_value_info(input, context);
      if (!Add(input.name())) return false;
    }
    for (const auto& output : graph_.output()) {
      checker::check_value_info(output, context);
    }
    return true;
  }

  bool AddInitializers(const checker::CheckerContext& context) {
    constexpr int kLastWithInputs = 3;  // IR: initializers are inputs, too
    NameMap<bool> own;
    for (const auto& tensor : graph_.initializer()) {
      if (tensor.name().empty() || !own.Insert(tensor.name(), true).second) {
        return false;
      }
      checker::check_tensor(tensor, context);
      const bool added = Add(tensor.name());
      if (added && context.get_ir_version() <= kLastWithInputs) return false;
    }
    return true;
  }

  bool AddNode(const onnx::NodeProto& node) {
    for (const std::string& input : node.input()) {
      if (!input.empty() && !names_.Has(input)) return false;
    }
    for (const std::string& output : node.output()) {
      if (!output.empty() && !Add(output)) return false;
    }
    return true;
  }

  bool HasOutputs() const {
    for (const auto& output : graph_.output()) {
      if (!names_.Has(output.name())) return false;
    }
    return true;
  }

 private:
  // False when the name is there.
  bool Add(std::string_view name) { return names_.Insert(name, true).second; }

  const onnx::GraphProto& graph_;
  NameMap<bool> names_;
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
