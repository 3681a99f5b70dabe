#include "graph/model_nodes.h"

#include <cstdint>

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

}  // namespace

Status ModelNodes::AddNode(Bytes bytes) {
  if (static_cast<int64_t>(ends_.size()) == kMaxNodes) {
    return TooMany(kMaxNodes, "nodes");
  }
  WireReader reader(bytes);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.type != WireType::kBytes) continue;
    if (field.number == kNodeInput) inputs_.push_back(Text(field.bytes));
    if (field.number == kNodeOutput) outputs_.push_back(Text(field.bytes));
  }
  if (static_cast<int64_t>(inputs_.size() + outputs_.size()) > kMaxFields) {
    return TooMany(kMaxFields, "fields");
  }
  ends_.push_back({inputs_.size(), outputs_.size()});
  return Status::Ok();
}

Result<ModelNodes> ModelNodes::Read(Bytes model) {
  ModelNodes nodes;
  ONNXIFI_RETURN_IF_ERROR(ForEach(model, kModelGraph, [&](Bytes graph) {
    return ForEach(graph, kGraphNode,
                   [&](Bytes node) { return nodes.AddNode(node); });
  }));
  return nodes;
}

}  // namespace onnxifi::graph
