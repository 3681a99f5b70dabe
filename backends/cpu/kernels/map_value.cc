#include "backends/cpu/kernels/map_value.h"

#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<MapView> ReadMap(const EvaluateContext& ctx, size_t i) {
  const RunValue& value = ctx.in(i);
  if (value.kind != RunValue::Kind::kMap) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     StrCat("input ", i, " is a ", RunValueKindName(value.kind),
                            ", not a map"));
  }
  MapView map;
  map.keys = value.tensor.get();
  if (value.elements.size() == 1) map.values = value.elements[0].tensor.get();
  if (map.keys == nullptr || map.values == nullptr) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     StrCat("input ", i, " has no tensors of keys and values"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(map.size, graph::ElementCount(map.keys->dims));
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t values,
                           graph::ElementCount(map.values->dims));
  if (values != map.size) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("input ", i, " has ", map.size, " keys and ",
                            values, " values"));
  }
  return map;
}

Reject RequireMap(const NodeView& node, size_t i) {
  using Kind = graph::Value::Kind;
  if (node.HasInput(i) && (node.input(i).kind == Kind::kMap ||
                           node.input(i).kind == Kind::kUnknown)) {
    return {};
  }
  return {RejectReason::kValueKind, StrCat("input ", i, " is not a map")};
}

}  // namespace onnxifi::cpu
