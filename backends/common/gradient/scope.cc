#include "backends/common/gradient/scope.h"

#include <memory>
#include <utility>

namespace onnxifi::gradient {

using graph::Attribute;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

bool IsGradient(const Node& node) {
  return node.op_type == "Gradient" &&
         node.domain == "ai.onnx.preview.training";
}

GradientNames ReadNames(const Node& node) {
  GradientNames names;
  if (!IsGradient(node)) return names;
  const graph::AttrReader attrs(node);
  if (const Attribute* xs = attrs.Find("xs")) names.xs = xs->strings;
  if (const Attribute* zs = attrs.Find("zs")) names.zs = zs->strings;
  names.y = attrs.String("y", "");
  return names;
}

Scope::Scope(graph::Graph& graph, Scope* outer)
    : graph_(graph), outer_(outer), captured_(graph.values.size(), false) {
  for (size_t v = 0; v < graph.values.size(); ++v) {
    ids_.emplace(graph.values[v].name, static_cast<ValueId>(v));
  }
  for (const ValueId id : graph.captures) {
    captured_[static_cast<size_t>(id)] = true;
  }
}

void Scope::Add(Node node) {
  graph_.nodes.push_back(std::move(node));
  NoteOutputs(graph_.nodes.size() - 1);
}

void Scope::NoteOutputs(size_t index) {
  for (const ValueId id : graph_.nodes[index].outputs) {
    if (id == kNoValue) continue;
    const auto at = static_cast<size_t>(id);
    if (producers_.size() <= at) producers_.resize(graph_.values.size(), -1);
    producers_[at] = static_cast<int32_t>(index);
  }
}

int32_t Scope::Producer(ValueId id) const {
  const auto at = static_cast<size_t>(id);
  return at < producers_.size() ? producers_[at] : -1;
}

ValueId Scope::Find(const std::string& name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? kNoValue : found->second;
}

ValueId Scope::FindOrCapture(const std::string& name) {
  const ValueId own = Find(name);
  if (own != kNoValue || outer_ == nullptr) return own;
  const ValueId outer = outer_->FindOrCapture(name);
  if (outer == kNoValue) return kNoValue;
  const auto id = static_cast<ValueId>(graph_.values.size());
  graph::Value copy = outer_->graph_.value(outer);
  graph_.values.push_back(std::move(copy));
  graph_.captures.push_back(id);
  captured_.resize(graph_.values.size(), false);
  captured_.back() = true;
  Publish(id);
  return id;
}

bool Scope::IsCaptured(ValueId id) const {
  const auto at = static_cast<size_t>(id);
  return at < captured_.size() && captured_[at];
}

void Scope::Publish(ValueId id) { ids_.emplace(graph_.value(id).name, id); }

std::vector<ValueId> Scope::Reads(const Node& node) const {
  std::vector<ValueId> reads;
  for (const ValueId id : node.inputs) {
    if (id != kNoValue) reads.push_back(id);
  }
  const auto captured = [&](const graph::Graph& body) {
    for (const ValueId id : body.captures) {
      const ValueId outer = Find(body.value(id).name);
      if (outer != kNoValue) reads.push_back(outer);
    }
  };
  for (const Attribute& attribute : node.attributes) {
    if (attribute.graph != nullptr) captured(*attribute.graph);
    for (const auto& body : attribute.graphs) captured(*body);
  }
  return reads;
}

namespace {

std::shared_ptr<const graph::Graph> Renamed(const graph::Graph& body,
                                            const Renames& renames) {
  auto copy = std::make_shared<graph::Graph>(body);
  for (const ValueId id : copy->captures) {
    const auto found = renames.find(copy->value(id).name);
    if (found != renames.end()) copy->value(id).name = found->second;
  }
  for (Node& node : copy->nodes) RenameCaptures(renames, &node);
  return copy;
}

}  // namespace

void RenameCaptures(const Renames& renames, Node* node) {
  if (renames.empty()) return;
  for (Attribute& attribute : node->attributes) {
    if (attribute.graph != nullptr) {
      attribute.graph = Renamed(*attribute.graph, renames);
    }
    for (auto& body : attribute.graphs) body = Renamed(*body, renames);
  }
}

}  // namespace onnxifi::gradient
