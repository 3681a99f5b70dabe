#include "backends/opencl/kernels/pointwise.h"

#include <cctype>
#include <string_view>
#include <vector>

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

bool IsFloatType(graph::DataType type) {
  return (TypeBit(type) & kFloatTypes) != 0;
}

std::string LiteralText(float value, graph::DataType type) {
  if (!IsFloatType(type)) {
    return std::to_string(static_cast<int64_t>(value));
  }
  return type == graph::DataType::kDouble
             ? DoubleText(static_cast<double>(value))
             : FloatText(value);
}

}  // namespace

Reject RequireTypes(const NodeView& node, size_t i, TypeSet types) {
  if (!node.HasInput(i)) return {};
  const graph::Value& value = node.input(i);
  if (value.kind != graph::Value::Kind::kTensor) {
    return {RejectReason::kValueKind, StrCat("input ", i, " is no tensor")};
  }
  if ((TypeBit(value.type) & types) == 0) {
    return {RejectReason::kDataType,
            StrCat(graph::DataTypeName(value.type), " input ", i)};
  }
  return {};
}

namespace {

// The rule's text with its names replaced.
std::string FillIn(const ElementNode& node, const PointwiseRule& rule,
                   const std::vector<std::string>& operands) {
  const graph::DataType type = node.type(0);
  const std::string_view text =
      rule.integer_text != nullptr && !IsFloatType(type) ? rule.integer_text
                                                         : rule.text;
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      out += text[at];
      continue;
    }
    size_t end = at + 1;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
            text[end] == '_')) {
      ++end;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name == "T") {
      out += KernelTypeOf(type).compute;
    } else if (name == "U") {
      out += graph::ElementBits(type) == 64 ? "ulong" : "uint";
    } else if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
      out += operands[static_cast<size_t>(name[0] - '0')];
    } else {
      for (const PointwiseRule::Attribute& each : rule.attributes) {
        if (each.name == nullptr || name != each.name) continue;
        out += LiteralText(node.attrs().Float(each.name, each.otherwise), type);
      }
    }
    at = end - 1;
  }
  return out;
}

}  // namespace

std::string PointwiseText(const ElementNode& node, const PointwiseRule& rule,
                          const std::vector<std::string>& v) {
  if (rule.operands != 0) return FillIn(node, rule, v);
  // From the left to the right.
  const char* const compute = KernelTypeOf(node.type(0)).compute;
  std::string text = v[0];
  for (size_t i = 1; i < v.size(); ++i) {
    text = StrCat("(", compute, ")(", FillIn(node, rule, {text, v[i]}), ")");
  }
  return text;
}

Reject SupportsPointwise(const NodeView& node, const PointwiseRule& rule) {
  const size_t count = node.input_count();
  if (rule.operands != 0 ? count != rule.operands : count == 0) {
    return {RejectReason::kUnknownOperator, "another number of inputs"};
  }
  for (size_t i = 0; i < count; ++i) {
    if (!node.HasInput(i)) {
      return {RejectReason::kUnknownOperator, "an input is left out"};
    }
    if (Reject r = RequireTypes(node, i, rule.types); !r.supported()) return r;
    if (node.input_type(i) != node.input_type(0)) {
      return {RejectReason::kDataType, "inputs of different types"};
    }
  }
  return {};
}

}  // namespace onnxifi::opencl
