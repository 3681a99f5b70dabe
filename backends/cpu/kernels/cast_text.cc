#include "backends/cpu/kernels/cast_text.h"

#include <string>
#include <utility>

#include "backends/cpu/kernels/cast_op.h"
#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_text.h"
#include "backends/cpu/kernels/string_tensor.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

using graph::StringRef;
using graph::TensorData;

namespace {

constexpr size_t kMaxQuoted = 40;  // characters of the data in a message

Status BadText(const EvaluateContext& ctx, StringRef text, DataType to) {
  return ctx.Error(ONNXIFI_STATUS_INTERNAL_ERROR,
                   StrCat("'", text.substr(0, kMaxQuoted),
                          text.size() > kMaxQuoted ? "...'" : "'",
                          " cannot be read as ", graph::DataTypeName(to)));
}

bool ParseBool(StringRef text, int64_t* value) {
  const auto is = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
  };
  if (is("true") || is("false")) {
    *value = text.size() == 4 ? 1 : 0;
    return true;
  }
  double number = 0;
  if (!ParseDouble(text, &number)) return false;
  *value = number != 0 ? 1 : 0;
  return true;
}

// Reads every text as T and converts from there by the rules of numbers.
template <typename T, typename Parse>
Status ReadAs(EvaluateContext& ctx, const TensorData& in, DataType to,
              const Parse& parse) {
  std::vector<T> values;
  values.reserve(in.bytes / sizeof(StringRef));
  for (const StringRef text : Strings(in)) {
    T value{};
    if (!parse(text, &value)) return BadText(ctx, text, to);
    values.push_back(value);
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::byte* const out,
                           ctx.MakeOutput<std::byte>(0, to, in.dims));
  Convert(kDataTypeOf<T>, values.data(), to, out, 0,
          static_cast<int64_t>(values.size()), ReadConvertOptions(ctx));
  return Status::Ok();
}

Status FromText(EvaluateContext& ctx, const TensorData& in, DataType to) {
  switch (to) {
    case DataType::kFloat:
      return ReadAs<float>(ctx, in, to, &ParseFloat);
    case DataType::kUint64:
      return ReadAs<uint64_t>(ctx, in, to, &ParseUint64);
    case DataType::kBool:
      return ReadAs<int64_t>(ctx, in, to, &ParseBool);
    case DataType::kInt8:
    case DataType::kInt16:
    case DataType::kInt32:
    case DataType::kInt64:
    case DataType::kUint8:
    case DataType::kUint16:
    case DataType::kUint32:
    case DataType::kInt4:
    case DataType::kUint4:
    case DataType::kInt2:
    case DataType::kUint2:
      return ReadAs<int64_t>(ctx, in, to, &ParseInt64);
    default:
      return ReadAs<double>(ctx, in, to, &ParseDouble);
  }
}

}  // namespace

Reject SupportsTextCast(const NodeView& node, DataType to) {
  const DataType from = node.input_type(0);
  const graph::Value::Kind kind = node.input(0).kind;
  const bool tensor = kind == graph::Value::Kind::kTensor ||
                      kind == graph::Value::Kind::kUnknown;
  const auto known = [](DataType type) {
    return type == DataType::kString || IsConvertible(type);
  };
  // To text from a type that only the run knows is fine.
  const bool open = from == DataType::kUndefined && to == DataType::kString;
  if (!tensor || !(known(from) || open)) return RejectInputType(node, 0);
  if (!known(to) || (from != DataType::kString && to != DataType::kString)) {
    return {RejectReason::kDataType,
            StrCat("cast of ", graph::DataTypeName(from), " to ",
                   graph::DataTypeName(to))};
  }
  return {};
}

Status EvaluateTextCast(EvaluateContext& ctx, DataType to) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in, ctx.Tensor(0));
  if (in->type == to) {
    ctx.SetOutput(0, ctx.in(0));
    return Status::Ok();
  }
  if (in->type == DataType::kString) return FromText(ctx, *in, to);
  if (!IsConvertible(in->type) || to != DataType::kString) {
    return ctx.Error(
        ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
        StrCat(graph::DataTypeName(in->type), " does not become text"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count, graph::ElementCount(in->dims));
  ctx.SetStrings(0, TensorText(in->type, in->data, count), in->dims);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
