#include "graph/gradient_names.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace onnxifi::graph {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

// No model has an operator of this domain: it is in no import.
constexpr const char* kCarrierDomain = "onnxifi.names";
constexpr const char* kCarrier = "GradientNames";

bool IsGradient(const onnx::NodeProto& node) {
  return node.op_type() == "Gradient" &&
         node.domain() == "ai.onnx.preview.training";
}

template <typename Visit>
void ForEachBody(onnx::NodeProto* node, const Visit& visit) {
  for (onnx::AttributeProto& attribute : *node->mutable_attribute()) {
    if (attribute.has_g()) visit(attribute.mutable_g());
    for (onnx::GraphProto& body : *attribute.mutable_graphs()) visit(&body);
  }
}

// Calls `visit` with every name in the attributes, in one order.
template <typename Node, typename Visit>
void ForEachName(Node* node, const Visit& visit) {
  for (const char* list : {"xs", "zs"}) {
    for (auto& attribute : *node->mutable_attribute()) {
      if (attribute.name() != list) continue;
      for (std::string& name : *attribute.mutable_strings()) visit(&name);
    }
  }
  for (auto& attribute : *node->mutable_attribute()) {
    if (attribute.name() == "y" && attribute.has_s()) {
      visit(attribute.mutable_s());
    }
  }
}

// The first output that has a name; it tells which node a carrier belongs to.
const std::string* FirstOutput(const onnx::NodeProto& node) {
  for (const std::string& output : node.output()) {
    if (!output.empty()) return &output;
  }
  return nullptr;
}

// At the end, where everything has been renamed.
void AddCarriers(Nodes* nodes) {
  std::vector<onnx::NodeProto> carriers;
  for (onnx::NodeProto& node : *nodes) {
    ForEachBody(&node, [](onnx::GraphProto* body) {
      AddCarriers(body->mutable_node());
    });
    const std::string* const output = FirstOutput(node);
    if (!IsGradient(node) || output == nullptr) continue;
    onnx::NodeProto carrier;
    carrier.set_domain(kCarrierDomain);
    carrier.set_op_type(kCarrier);
    carrier.add_input(*output);
    ForEachName(&node, [&](std::string* name) { carrier.add_input(*name); });
    carriers.push_back(std::move(carrier));
  }
  for (onnx::NodeProto& carrier : carriers) *nodes->Add() = std::move(carrier);
}

bool IsCarrier(const onnx::NodeProto& node) {
  return node.domain() == kCarrierDomain && node.op_type() == kCarrier;
}

void TakeCarriers(Nodes* nodes) {
  std::unordered_map<std::string, onnx::NodeProto> carriers;
  int kept = 0;
  for (int i = 0; i < nodes->size(); ++i) {
    onnx::NodeProto* const node = nodes->Mutable(i);
    if (IsCarrier(*node)) {
      carriers.emplace(node->input(0), std::move(*node));
      continue;
    }
    ForEachBody(node, [](onnx::GraphProto* body) {
      TakeCarriers(body->mutable_node());
    });
    if (kept != i) nodes->SwapElements(kept, i);
    ++kept;
  }
  nodes->DeleteSubrange(kept, nodes->size() - kept);
  if (carriers.empty()) return;
  for (onnx::NodeProto& node : *nodes) {
    const std::string* const output = FirstOutput(node);
    if (!IsGradient(node) || output == nullptr) continue;
    const auto found = carriers.find(*output);
    if (found == carriers.end()) continue;
    int next = 1;
    ForEachName(&node, [&](std::string* name) {
      if (next < found->second.input_size()) {
        *name = found->second.input(next++);
      }
    });
  }
}

}  // namespace

void AddNameCarriers(onnx::ModelProto* model) {
  for (onnx::FunctionProto& function : *model->mutable_functions()) {
    AddCarriers(function.mutable_node());
  }
}

void TakeNameCarriers(onnx::ModelProto* model) {
  TakeCarriers(model->mutable_graph()->mutable_node());
}

}  // namespace onnxifi::graph
