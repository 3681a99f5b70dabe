#include "conformance/mutants/node_edit.h"

namespace onnxifi::mutants {
namespace {

// Rows of one operator; those of other domains are left alone.
bool Is(const Node& node, const char* op) {
  return node.op_type == op && node.domain.empty();
}

class NodeMutant final : public Mutant {
 public:
  NodeMutant(const BasePlugin& base, const NodeRow& row)
      : Mutant(base), row_(row) {}
  bool changes_models() const override { return true; }
  bool ChangeModel(Graph* graph) override {
    bool changed = false;
    for (Node& node : graph->nodes) {
      if (!Is(node, row_.op)) continue;
      row_.change(node);
      changed = true;
    }
    return changed;
  }

 private:
  const NodeRow& row_;
};

class GraphMutant final : public Mutant {
 public:
  GraphMutant(const BasePlugin& base, const GraphRow& row)
      : Mutant(base), row_(row) {}
  bool changes_models() const override { return true; }
  bool ChangeModel(Graph* graph) override {
    bool changed = false;
    // From the end: what is put in moves only nodes that are done.
    for (size_t i = graph->nodes.size(); i > 0; --i) {
      if (!Is(graph->nodes[i - 1], row_.op)) continue;
      changed = row_.change(*graph, i - 1) || changed;
    }
    return changed;
  }

 private:
  const GraphRow& row_;
};

template <typename Kind, typename Row>
void AddRows(std::span<const Row> rows, std::vector<MutantInfo>* list) {
  for (const Row& row : rows) {
    list->push_back({row.name, Area::kOperator,
                     std::string(row.op) + ": " + row.what,
                     [&row](const BasePlugin& base) {
                       return std::make_unique<Kind>(base, row);
                     }});
  }
}

}  // namespace

Attribute* Find(Node& node, std::string_view name) {
  for (Attribute& attribute : node.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

// The attribute, made with `value` when it is not there.
int64_t& IntOf(Node& node, const char* name, int64_t value) {
  if (Attribute* found = Find(node, name)) return found->i;
  Attribute made;
  made.name = name;
  made.kind = Attribute::Kind::kInt;
  made.i = value;
  node.attributes.push_back(std::move(made));
  return node.attributes.back().i;
}
float& FloatOf(Node& node, const char* name, float value) {
  if (Attribute* found = Find(node, name)) return found->f;
  Attribute made;
  made.name = name;
  made.kind = Attribute::Kind::kFloat;
  made.f = value;
  node.attributes.push_back(std::move(made));
  return node.attributes.back().f;
}

void SwapPads(Node& node) {
  Attribute* const pads = Find(node, "pads");
  if (pads == nullptr) return;
  const size_t half = pads->ints.size() / 2;
  for (size_t i = 0; i < half; ++i) {
    std::swap(pads->ints[i], pads->ints[half + i]);
  }
}
void OtherSameSide(Node& node) {
  Attribute* const pad = Find(node, "auto_pad");
  if (pad == nullptr) return;
  if (pad->s == "SAME_UPPER") {
    pad->s = "SAME_LOWER";
  } else if (pad->s == "SAME_LOWER") {
    pad->s = "SAME_UPPER";
  }
}

void AddNodeRows(std::span<const NodeRow> rows, std::vector<MutantInfo>* list) {
  AddRows<NodeMutant>(rows, list);
}
void AddGraphRows(std::span<const GraphRow> rows,
                  std::vector<MutantInfo>* list) {
  AddRows<GraphMutant>(rows, list);
}

}  // namespace onnxifi::mutants
