#include "backends/common/ops/op_util.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/common/control/value_util.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::Value;

int64_t Product(std::span<const int64_t> dims) {
  int64_t product = 1;
  for (const int64_t d : dims) product *= d;
  return product;
}

Shape RowMajorStrides(std::span<const int64_t> dims) {
  Shape strides(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  return strides;
}

Status NodeError(const NodeView& node, onnxStatus code, std::string text) {
  return Status(
      code, StrCat(node.node().op_type, " '", node.node().name, "': ", text));
}

Result<size_t> NormalizeAxis(const NodeView& node, int64_t axis, size_t rank) {
  return AxisIndex(node, axis, rank);
}

namespace {

Reject CheckTensor(const NodeView& node, size_t i) {
  const Value& value = node.input(i);
  if (value.kind != Value::Kind::kTensor &&
      value.kind != Value::Kind::kUnknown) {
    return {RejectReason::kValueKind, StrCat("input ", i, " is not a tensor")};
  }
  if (value.type == DataType::kUndefined) {
    return {RejectReason::kDataType,
            StrCat("the type of input ", i, " is not known")};
  }
  return {};
}

}  // namespace

Reject RequireMovable(const NodeView& node,
                      std::initializer_list<size_t> inputs) {
  for (const size_t i : inputs) {
    if (!node.HasInput(i)) continue;
    if (Reject r = CheckTensor(node, i); !r.supported()) return r;
    if (ElementBytes(node.input_type(i)) == 0) {
      return {RejectReason::kDataType,
              StrCat(graph::DataTypeName(node.input_type(i)), " input ", i)};
    }
  }
  return {};
}

Reject RequireAllMovable(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireMovable(node, {i}); !r.supported()) return r;
  }
  return {};
}

Reject RequireTensors(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (!node.HasInput(i)) continue;
    if (Reject r = CheckTensor(node, i); !r.supported()) return r;
    if (graph::ElementBits(node.input_type(i)) == 0) {
      return {RejectReason::kDataType,
              StrCat(graph::DataTypeName(node.input_type(i)), " input ", i)};
    }
  }
  return {};
}

Reject RequireType(const NodeView& node, size_t i,
                   std::initializer_list<DataType> types) {
  if (!node.HasInput(i)) return {};
  if (Reject r = CheckTensor(node, i); !r.supported()) return r;
  if (std::find(types.begin(), types.end(), node.input_type(i)) ==
      types.end()) {
    return {RejectReason::kDataType,
            StrCat(graph::DataTypeName(node.input_type(i)), " input ", i)};
  }
  return {};
}

Reject RequireRankAtMost(const NodeView& node, size_t i, int rank) {
  if (node.input_rank(i) > rank) {
    return {RejectReason::kShape,
            StrCat("input ", i, " has rank ", node.input_rank(i), "; at most ",
                   rank, " is supported")};
  }
  return {};
}

Reject RequireKnown(const NodeView& node, size_t i) {
  if (IsShapeComputed(node, i)) return {};
  return {RejectReason::kDynamicShape,
          StrCat("input ", i, " decides the output's shape")};
}

int64_t LoadInt(const void* data, DataType type, int64_t index) {
  const char* bytes = static_cast<const char*>(data);
  if (type == DataType::kInt32) {
    int32_t value = 0;
    std::memcpy(&value, bytes + index * 4, 4);
    return value;
  }
  int64_t value = 0;
  std::memcpy(&value, bytes + index * 8, 8);
  return value;
}

bool ReadInts(const void* data, DataType type, int64_t count, IntList* out) {
  if (count < 0 || count > static_cast<int64_t>(graph::kMaxRank)) return false;
  if (type != DataType::kInt32 && type != DataType::kInt64) return false;
  out->count = static_cast<size_t>(count);
  for (int64_t i = 0; i < count; ++i) {
    out->values[i] = LoadInt(data, type, i);
  }
  return true;
}

Status UnknownInput(const PrepareContext& ctx, size_t i) {
  return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                   StrCat("input ", i,
                          " decides a shape, but is not known "
                          "before the run"));
}

Result<IntList> KnownInts(const PrepareContext& ctx, size_t i) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> values,
                           ctx.ConstantInts(i));
  IntList list;
  if (values.size() > graph::kMaxRank) {
    return ShapeError(ctx, StrCat("input ", i, " has too many elements"));
  }
  list.count = values.size();
  std::copy(values.begin(), values.end(), list.values);
  return list;
}

}  // namespace onnxifi
