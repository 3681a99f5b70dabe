#include "backends/common/control/value_util.h"

#include "base/str_cat.h"

namespace onnxifi {

using graph::TensorData;
using graph::Value;

namespace {

Reject RequireKind(const NodeView& node, size_t i, Value::Kind kind,
                   const char* name) {
  if (!node.HasInput(i) || node.input(i).kind == kind ||
      node.input(i).kind == Value::Kind::kUnknown) {
    return {};
  }
  return {RejectReason::kValueKind, StrCat("input ", i, " is no ", name)};
}

}  // namespace

Reject RequireTensorLike(const NodeView& node, size_t i) {
  return RequireKind(node, i, Value::Kind::kTensor, "tensor");
}

Reject RequireSequence(const NodeView& node, size_t i) {
  return RequireKind(node, i, Value::Kind::kSequence, "sequence");
}

Result<size_t> AxisIndex(const NodeView& node, int64_t axis, size_t rank) {
  const auto r = static_cast<int64_t>(rank);
  if (axis >= -r && axis < r) {
    return static_cast<size_t>(axis < 0 ? axis + r : axis);
  }
  return Status(ONNXIFI_STATUS_INVALID_MODEL,
                StrCat(node.node().op_type, " '", node.node().name, "': axis ",
                       axis, " is outside a tensor of rank ", r));
}

const graph::Graph* FindBody(const NodeView& node, std::string_view attribute) {
  const graph::Attribute* found = node.attrs().Find(attribute);
  return found == nullptr ? nullptr : found->graph.get();
}

Reject RequireBody(const NodeView& node, std::string_view attribute,
                   size_t inputs, size_t outputs) {
  const graph::Graph* body = FindBody(node, attribute);
  if (body == nullptr) {
    return {RejectReason::kAttribute, StrCat("there is no ", attribute)};
  }
  if (body->inputs.size() != inputs || body->outputs.size() != outputs) {
    return {
        RejectReason::kAttribute,
        StrCat(attribute, " takes ", body->inputs.size(), " values and gives ",
               body->outputs.size(), ", expected ", inputs, " and ", outputs)};
  }
  return {};
}

Result<const std::vector<RunValue>*> SequenceIn(const EvaluateContext& ctx,
                                                size_t i) {
  if (!ctx.HasInput(i)) {
    return ctx.Error(ONNXIFI_STATUS_INVALID_MODEL, StrCat("needs input ", i));
  }
  if (!ctx.in(i).is_sequence()) {
    return ctx.Error(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat("input ", i, " is a ", RunValueKindName(ctx.in(i).kind),
               ", not a sequence"));
  }
  return &ctx.in(i).elements;
}

Result<int64_t> OneInt(const EvaluateContext& ctx, size_t i) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> values, ctx.Ints(i));
  if (values.size() == 1) return values[0];
  return ctx.Error(
      ONNXIFI_STATUS_MISMATCHING_SHAPE,
      StrCat("input ", i, " must be one element, has ", values.size()));
}

Result<bool> OneBool(const EvaluateContext& ctx, const RunValue& value,
                     std::string_view what) {
  if (!value.is_tensor() || value.tensor->type != graph::DataType::kBool) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     StrCat(what, " is no tensor of bool"));
  }
  const Result<int64_t> count = graph::ElementCount(value.tensor->dims);
  if (!count.ok() || *count != 1) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat(what, " must be one element, has shape ",
                            ShapeText(value.tensor->dims)));
  }
  return *Elements<uint8_t>(*value.tensor) != 0;
}

Result<size_t> PositionIn(const EvaluateContext& ctx, size_t i, size_t size,
                          size_t positions) {
  const auto length = static_cast<int64_t>(size);
  const auto most = static_cast<int64_t>(positions) - 1;
  int64_t position = most;
  if (ctx.HasInput(i)) {
    ONNXIFI_ASSIGN_OR_RETURN(position, OneInt(ctx, i));
    if (position < 0 && position >= -length) position += length;
  }
  if (position >= 0 && position <= most) return static_cast<size_t>(position);
  return ctx.Error(
      ONNXIFI_STATUS_MISMATCHING_SHAPE,
      StrCat("position ", position, " is outside of a sequence of ", length));
}

}  // namespace onnxifi
