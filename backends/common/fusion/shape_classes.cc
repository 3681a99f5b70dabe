#include "backends/common/fusion/shape_classes.h"

#include "base/str_cat.h"

namespace onnxifi {

using graph::kNoValue;
using graph::Value;
using graph::ValueId;

namespace {

// All dimensions as text; nothing when one has neither a number nor a name.
bool ShapeKey(const Value& value, std::string* key) {
  const bool constant = value.constant != nullptr;
  if (!constant && !value.has_shape) return false;
  const graph::Shape& dims = constant ? value.constant->dims : value.dims;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] >= 0) {
      *key += StrCat(dims[i], ",");
    } else if (i < value.symbols.size() && !value.symbols[i].empty()) {
      *key += StrCat("'", value.symbols[i], "',");
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

ShapeClasses::ShapeClasses(const graph::Graph& graph)
    : graph_(graph), of_(graph.values.size()), told_(graph.values.size()) {
  std::map<std::string, int> keys;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    of_[i] = static_cast<int>(i);
    std::string key;
    told_[i] = ShapeKey(graph.values[i], &key);
    if (told_[i]) of_[i] = keys.try_emplace(key, of_[i]).first->second;
  }
}

bool ShapeClasses::IsScalar(ValueId id) const {
  const Value& value = graph_.value(id);
  return value.constant != nullptr ? value.constant->dims.empty()
                                   : value.has_shape && value.dims.empty();
}

void ShapeClasses::AddBroadcast(const graph::Node& node) {
  const auto out = static_cast<size_t>(node.outputs[0]);
  if (told_[out]) return;
  int common = -1;
  for (const ValueId id : node.inputs) {
    if (id == kNoValue || IsScalar(id)) continue;
    if (common >= 0 && common != Of(id)) return;
    common = Of(id);
  }
  if (common >= 0) of_[out] = common;
}

}  // namespace onnxifi
