#include "backends/common/fusion/graph_editor.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace onnxifi {

using graph::AttrReader;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

size_t Index(ValueId id) { return static_cast<size_t>(id); }

}  // namespace

GraphEditor::GraphEditor(graph::Graph& graph)
    : graph_(graph),
      alive_(graph.nodes.size(), true),
      is_output_(graph.values.size(), false),
      producers_(graph.values.size(), -1),
      users_(graph.values.size()) {
  for (const ValueId id : graph.outputs) is_output_[Index(id)] = true;
  for (int i = 0; i < node_count(); ++i) Link(i);
  // A subgraph reads outer values by name, which no list of uses shows.
  for (const Node& node : graph.nodes) {
    const auto keep = [&](const graph::Graph& inner) {
      for (const ValueId captured : inner.captures) {
        for (size_t v = 0; v < graph.values.size(); ++v) {
          if (graph.values[v].name == inner.value(captured).name) {
            is_output_[v] = true;
          }
        }
      }
    };
    for (const graph::Attribute& attribute : node.attributes) {
      if (attribute.graph != nullptr) keep(*attribute.graph);
      for (const auto& inner : attribute.graphs) keep(*inner);
    }
  }
}

void GraphEditor::Link(int i) {
  for (const ValueId id : node(i).inputs) {
    if (id != kNoValue) users_[Index(id)].push_back(i);
  }
  for (const ValueId id : node(i).outputs) {
    if (id != kNoValue) producers_[Index(id)] = i;
  }
}

void GraphEditor::Unlink(int i) {
  for (const ValueId id : node(i).inputs) {
    if (id == kNoValue) continue;
    auto& users = users_[Index(id)];
    users.erase(std::find(users.begin(), users.end(), i));
  }
  for (const ValueId id : node(i).outputs) {
    if (id != kNoValue && producers_[Index(id)] == i) {
      producers_[Index(id)] = -1;
    }
  }
}

bool GraphEditor::Is(int i, std::string_view op_type) const {
  return i >= 0 && alive(i) && node(i).domain.empty() &&
         node(i).op_type == op_type;
}

int GraphEditor::Producer(ValueId id) const {
  return id == kNoValue ? -1 : producers_[Index(id)];
}

int GraphEditor::OnlyUser(ValueId id) const {
  if (id == kNoValue || IsOutput(id)) return -1;
  const std::vector<int>& users = Users(id);
  return users.size() == 1 ? users.front() : -1;
}

void GraphEditor::Remove(int i) {
  Unlink(i);
  alive_[static_cast<size_t>(i)] = false;
}

void GraphEditor::Replace(int i, Node replacement) {
  std::vector<ValueId> before;
  if (alive(i)) {
    Unlink(i);
    before = node(i).inputs;
  }
  alive_[static_cast<size_t>(i)] = true;
  graph_.nodes[static_cast<size_t>(i)] = std::move(replacement);
  Link(i);
  for (const ValueId id : before) {
    if (id != kNoValue) DropUnread(id);
  }
}

// Weights that were rewritten are gone at once: their memory serves the next.
void GraphEditor::DropUnread(ValueId id) {
  if (Users(id).empty() && !IsOutput(id)) {
    graph_.value(id).constant.reset();
  }
}

void GraphEditor::ReplaceUses(ValueId from, ValueId to) {
  for (const int i : users_[Index(from)]) {
    for (ValueId& input : graph_.nodes[static_cast<size_t>(i)].inputs) {
      if (input == from) {
        input = to;
        users_[Index(to)].push_back(i);
      }
    }
  }
  // A node that read `from` twice was visited twice, but found it once.
  users_[Index(from)].clear();
}

ValueId GraphEditor::AddConstant(std::string_view name, graph::Shape dims,
                                 const std::vector<float>& values) {
  auto block = std::make_shared<std::vector<float>>(values);
  auto tensor = std::make_shared<graph::TensorData>();
  tensor->type = graph::DataType::kFloat;
  tensor->dims = std::move(dims);
  tensor->data = block->data();
  tensor->bytes = block->size() * sizeof(float);
  tensor->owner = std::move(block);
  return AddTensor(name, std::move(tensor));
}

ValueId GraphEditor::AddTensor(std::string_view name, graph::TensorPtr tensor) {
  graph::Value value;
  value.name = std::string(name);
  value.kind = graph::Value::Kind::kTensor;
  value.type = tensor->type;
  value.has_shape = true;
  value.symbols.assign(tensor->dims.size(), "");
  value.dims = tensor->dims;
  value.constant = std::move(tensor);
  graph_.values.push_back(std::move(value));
  is_output_.push_back(false);
  producers_.push_back(-1);
  users_.emplace_back();
  return static_cast<ValueId>(graph_.values.size() - 1);
}

bool GraphEditor::IsFloatConstant(ValueId id) const {
  return id != kNoValue && value(id).constant != nullptr &&
         value(id).constant->type == graph::DataType::kFloat;
}

std::vector<float> GraphEditor::Floats(ValueId id) const {
  const graph::TensorData& tensor = *value(id).constant;
  std::vector<float> floats(tensor.bytes / sizeof(float));
  if (!floats.empty()) {
    std::memcpy(floats.data(), tensor.data, floats.size() * sizeof(float));
  }
  return floats;
}

std::optional<float> GraphEditor::Scalar(ValueId id) const {
  if (!IsFloatConstant(id) || value(id).constant->bytes != sizeof(float)) {
    return std::nullopt;
  }
  return Floats(id)[0];
}

bool GraphEditor::SameShape(ValueId a, ValueId b) const {
  const graph::Value& x = value(a);
  const graph::Value& y = value(b);
  if (!x.has_shape || !y.has_shape || x.dims != y.dims) return false;
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (x.dims[i] >= 0) continue;
    if (i >= x.symbols.size() || i >= y.symbols.size() ||
        x.symbols[i].empty() || x.symbols[i] != y.symbols[i]) {
      return false;
    }
  }
  return true;
}

ValueId GraphEditor::OtherInput(int i, ValueId one) const {
  const Node& n = node(i);
  if (n.inputs.size() != 2 || n.inputs[0] == n.inputs[1]) return kNoValue;
  if (n.inputs[0] == one) return n.inputs[1];
  return n.inputs[1] == one ? n.inputs[0] : kNoValue;
}

namespace {

// Limits of Clip: attributes before version 11, constant inputs since.
std::optional<Activation> MatchClip(const GraphEditor& editor, const Node& n) {
  // Versions 6 to 10 have the largest finite number as default.
  const float most = n.opset >= 6 && n.opset < 11
                         ? std::numeric_limits<float>::max()
                         : std::numeric_limits<float>::infinity();
  Activation clip = {Activation::Kind::kClip, -most, most};
  if (n.opset < 11) {
    clip.alpha = AttrReader(n).Float("min", -most);
    clip.beta = AttrReader(n).Float("max", most);
  } else {
    for (size_t i = 1; i < n.inputs.size(); ++i) {
      if (n.inputs[i] == kNoValue) continue;
      const std::optional<float> limit = editor.Scalar(n.inputs[i]);
      if (!limit) return std::nullopt;
      (i == 1 ? clip.alpha : clip.beta) = *limit;
    }
  }
  if (clip.alpha > clip.beta) return std::nullopt;
  return clip;
}

}  // namespace

std::optional<Activation> GraphEditor::MatchActivation(int i) const {
  using Kind = Activation::Kind;
  if (i < 0 || !alive(i) || !node(i).domain.empty()) return std::nullopt;
  const Node& n = node(i);
  const AttrReader attrs(n);
  if (n.op_type == "Relu") return Activation{Kind::kRelu, 0, 0};
  if (n.op_type == "LeakyRelu") {
    return Activation{Kind::kRelu, attrs.Float("alpha", 0.01f), 0};
  }
  if (n.op_type == "Clip") return MatchClip(*this, n);
  if (n.op_type == "Sigmoid") return Activation{Kind::kSigmoid, 0, 0};
  if (n.op_type == "Tanh") return Activation{Kind::kTanh, 0, 0};
  if (n.op_type == "Elu") {
    return Activation{Kind::kElu, attrs.Float("alpha", 1.0f), 0};
  }
  if (n.op_type == "HardSwish") return Activation{Kind::kHardSwish, 0, 0};
  if (n.op_type == "Softplus") return Activation{Kind::kSoftplus, 0, 0};
  if (n.op_type == "Swish" && attrs.Float("alpha", 1.0f) == 1.0f) {
    return Activation{Kind::kSwish, 0, 0};
  }
  if (n.op_type == "Gelu") {
    return Activation{attrs.String("approximate", "none") == "tanh"
                          ? Kind::kGeluTanh
                          : Kind::kGeluErf,
                      0, 0};
  }
  return std::nullopt;
}

void GraphEditor::Finish() {
  std::vector<Node> kept;
  kept.reserve(graph_.nodes.size());
  for (int i = 0; i < node_count(); ++i) {
    if (alive(i)) {
      kept.push_back(std::move(graph_.nodes[static_cast<size_t>(i)]));
    }
  }
  graph_.nodes = std::move(kept);
}

}  // namespace onnxifi
