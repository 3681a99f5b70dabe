#include "graph/outer_outputs.h"

#include <string>
#include <unordered_set>

#include "base/str_cat.h"

namespace onnxifi::graph {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
using Names = std::unordered_set<std::string>;

// Calls `visit` with each body, the innermost first.
template <typename Visit>
void ForEachBody(Nodes* nodes, const Visit& visit) {
  const auto enter = [&](onnx::GraphProto* body) {
    ForEachBody(body->mutable_node(), visit);
    visit(body);
  };
  for (onnx::NodeProto& node : *nodes) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) enter(attribute.mutable_g());
      for (onnx::GraphProto& body : *attribute.mutable_graphs()) enter(&body);
    }
  }
}

void AddNames(const onnx::GraphProto& graph, Names* names) {
  for (const auto& input : graph.input()) names->insert(input.name());
  for (const auto& tensor : graph.initializer()) names->insert(tensor.name());
  for (const auto& node : graph.node()) {
    names->insert(node.output().begin(), node.output().end());
  }
}

class Wrapper {
 public:
  explicit Wrapper(onnx::ModelProto* model) : model_(model) {}

  void Wrap(onnx::GraphProto* body) {
    Names own;
    AddNames(*body, &own);
    for (onnx::ValueInfoProto& output : *body->mutable_output()) {
      if (output.name().empty() || own.count(output.name()) != 0) continue;
      onnx::NodeProto* const node = body->add_node();
      node->set_op_type("Identity");
      node->add_input(output.name());
      output.set_name(NewName(output.name()));
      node->add_output(output.name());
    }
  }

 private:
  std::string NewName(const std::string& base) {
    if (all_.empty()) {
      AddNames(model_->graph(), &all_);
      const auto add = [&](const onnx::GraphProto* body) {
        AddNames(*body, &all_);
      };
      ForEachBody(model_->mutable_graph()->mutable_node(), add);
    }
    std::string name;
    do {
      name = StrCat(base, "_outer_", count_++);
    } while (!all_.insert(name).second);
    return name;
  }

  onnx::ModelProto* const model_;
  Names all_;
  int64_t count_ = 0;
};

}  // namespace

void WrapOuterOutputs(onnx::ModelProto* model) {
  Wrapper wrapper(model);
  const auto wrap = [&](onnx::GraphProto* body) { wrapper.Wrap(body); };
  ForEachBody(model->mutable_graph()->mutable_node(), wrap);
  for (onnx::FunctionProto& function : *model->mutable_functions()) {
    ForEachBody(function.mutable_node(), wrap);
  }
}

}  // namespace onnxifi::graph
