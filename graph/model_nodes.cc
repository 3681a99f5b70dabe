#include "graph/model_nodes.h"

#include <cstdint>
#include <utility>

#include "base/str_cat.h"
#include "graph/limits.h"

namespace onnxifi::graph {
namespace {

// Field numbers of ModelProto, GraphProto and NodeProto.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphNode = 1;
constexpr uint32_t kNodeInput = 1;
constexpr uint32_t kNodeOutput = 2;

// Calls `visit` with the bytes of each field `number` that holds bytes. A
// message in two parts counts as protobuf would merge it.
template <typename Visit>
Status ForEach(Bytes message, uint32_t number, const Visit& visit) {
  WireReader reader(message);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number != number || field.type != WireType::kBytes) continue;
    ONNXIFI_RETURN_IF_ERROR(visit(field.bytes));
  }
  return Status::Ok();
}

Status TooMany(int64_t limit, const char* what) {
  return Status(
      ONNXIFI_STATUS_INVALID_MODEL,
      StrCat("the model has more than ", limit, " ", what, "; the limit"));
}

Result<ModelNode> ReadNode(Bytes bytes, int64_t* names) {
  ModelNode node;
  WireReader reader(bytes);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.type != WireType::kBytes) continue;
    if (field.number != kNodeInput && field.number != kNodeOutput) continue;
    if (++*names > kMaxFields) return TooMany(kMaxFields, "fields");
    (field.number == kNodeInput ? node.inputs : node.outputs)
        .push_back(Text(field.bytes));
  }
  return node;
}

}  // namespace

Result<std::vector<ModelNode>> ReadModelNodes(Bytes model) {
  std::vector<ModelNode> nodes;
  int64_t names = 0;
  const auto add_node = [&](Bytes bytes) -> Status {
    if (static_cast<int64_t>(nodes.size()) == kMaxNodes) {
      return TooMany(kMaxNodes, "nodes");
    }
    ONNXIFI_ASSIGN_OR_RETURN(ModelNode node, ReadNode(bytes, &names));
    nodes.push_back(std::move(node));
    return Status::Ok();
  };
  ONNXIFI_RETURN_IF_ERROR(ForEach(model, kModelGraph, [&](Bytes graph) {
    return ForEach(graph, kGraphNode, add_node);
  }));
  return nodes;
}

}  // namespace onnxifi::graph
