#include "backends/cpu/kernels/cast_op.h"
#include "backends/cpu/kernels/cast_text.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;

// Version 1 names the type in text: "FLOAT", "INT64".
DataType TypeNamed(std::string_view name) {
  struct Entry {
    std::string_view name;
    DataType type;
  };
  static constexpr Entry kNames[] = {
      {"FLOAT", DataType::kFloat},     {"UINT8", DataType::kUint8},
      {"INT8", DataType::kInt8},       {"UINT16", DataType::kUint16},
      {"INT16", DataType::kInt16},     {"INT32", DataType::kInt32},
      {"INT64", DataType::kInt64},     {"BOOL", DataType::kBool},
      {"FLOAT16", DataType::kFloat16}, {"DOUBLE", DataType::kDouble},
      {"UINT32", DataType::kUint32},   {"UINT64", DataType::kUint64},
  };
  for (const Entry& entry : kNames) {
    if (entry.name == name) return entry.type;
  }
  return DataType::kUndefined;
}

DataType Target(const NodeView& n) {
  if (n.opset() < 6) return TypeNamed(n.attrs().String("to", ""));
  return static_cast<DataType>(n.attrs().Int("to", 0));
}

Reject Supports(const NodeView& n) { return SupportsCast(n, Target(n)); }

Status Prepare(PrepareContext& ctx) { return PrepareCast(ctx, Target(ctx)); }

// Strings came with version 9.
Reject SupportsText(const NodeView& n) {
  if (n.opset() < 9) return {RejectReason::kOpset, "strings need version 9"};
  return SupportsTextCast(n, Target(n));
}

Status Evaluate(EvaluateContext& ctx) {
  return EvaluateTextCast(ctx, Target(ctx));
}

}  // namespace

ONNXIFI_DEFINE_OPS(
    cast, {.op = "Cast", .supports = &Supports, .prepare = &Prepare},
    {.op = "Cast", .supports = &SupportsText, .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
