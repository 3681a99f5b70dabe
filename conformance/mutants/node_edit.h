#ifndef ONNXIFI_CONFORMANCE_MUTANTS_NODE_EDIT_H_
#define ONNXIFI_CONFORMANCE_MUTANTS_NODE_EDIT_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {

// Changes of nodes, of which the lists of wrong operators are made.
using graph::Attribute;
using graph::Graph;
using graph::Node;
using graph::ValueId;

Attribute* Find(Node& node, std::string_view name);
// The attribute, made with `value` when it is not there.
int64_t& IntOf(Node& node, const char* name, int64_t value);
float& FloatOf(Node& node, const char* name, float value);

// A node of one operator is changed where it stands.
struct NodeRow {
  const char* name;
  const char* op;
  void (*change)(Node&);
  const char* what;
};
// Nodes come before or behind it. False: it is as it was.
struct GraphRow {
  const char* name;
  const char* op;
  bool (*change)(Graph& graph, size_t node);
  const char* what;
};
// The rows live as long as the program.
void AddNodeRows(std::span<const NodeRow> rows, std::vector<MutantInfo>* list);
void AddGraphRows(std::span<const GraphRow> rows,
                  std::vector<MutantInfo>* list);

template <const auto& kName>
void Flip(Node& node) {
  int64_t& flag = IntOf(node, kName, 0);
  flag = flag == 0 ? 1 : 0;
}
template <const auto& kName>
void FlipFromOne(Node& node) {
  int64_t& flag = IntOf(node, kName, 1);
  flag = flag == 0 ? 1 : 0;
}
template <const auto& kName>
void Double(Node& node) {
  if (Attribute* found = Find(node, kName)) found->f *= 2;
}
template <const auto& kName>
void Forget(Node& node) {
  std::erase_if(node.attributes,
                [](const Attribute& one) { return one.name == kName; });
}
template <const auto& kName>
void Become(Node& node) {
  node.op_type = kName;
}
inline void SwapInputs(Node& node) {
  if (node.inputs.size() >= 2) std::swap(node.inputs[0], node.inputs[1]);
}
inline void SwapBranches(Node& node) {
  if (node.inputs.size() >= 3) std::swap(node.inputs[1], node.inputs[2]);
}
inline void DropThird(Node& node) {
  if (node.inputs.size() >= 3) node.inputs[2] = graph::kNoValue;
}
inline void ReverseInputs(Node& node) {
  std::reverse(node.inputs.begin(), node.inputs.end());
}
void SwapPads(Node& node);
void OtherSameSide(Node& node);

}  // namespace onnxifi::mutants

#endif  // ONNXIFI_CONFORMANCE_MUTANTS_NODE_EDIT_H_
