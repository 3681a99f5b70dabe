#include <optional>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kBaseTypes =
    kFloatTypes | TypeBit(DataType::kInt32) | TypeBit(DataType::kInt64);
// Exponents that float cannot hold: 2^24 + 1 is odd.
constexpr TypeSet kLongTypes =
    TypeBit(DataType::kDouble) | TypeBit(DataType::kInt32) |
    TypeBit(DataType::kInt64) | TypeBit(DataType::kUint32) |
    TypeBit(DataType::kUint64);

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kBaseTypes); !r.supported()) return r;
  return RequireTypes(node, 1, kNumberTypes);
}

// The exponent, when there is one for all and it is known.
std::optional<double> KnownExponent(const ElementNode& node) {
  const graph::TensorData* const known = node.known(1);
  if (known == nullptr || Product(known->dims) != 1) return std::nullopt;
  return HostNumber(known->data, known->type, 0);
}

// A power of x, of type `compute`, that needs no function; empty for others.
std::string SimplePower(const std::string& x, const char* compute,
                        double exponent) {
  if (exponent == 1) return x;
  if (exponent == 2) return StrCat(x, " * ", x);
  if (exponent == 3) return StrCat(x, " * ", x, " * ", x);
  if (exponent == -1) return StrCat("1 / ", x);
  // Unlike the root, the power of -infinity is infinity and of -0 is 0.
  if (exponent == 0.5) {
    return StrCat("isinf(", x, ") ? (", compute, ")INFINITY : sqrt(", x,
                  ") + 0");
  }
  return "";
}

std::string FloatPower(const ElementNode& node, const std::string& x,
                       const std::string& y) {
  const std::optional<double> exponent = KnownExponent(node);
  const char* compute = KernelTypeOf(node.type(0)).compute;
  if (exponent) {
    const std::string simple = SimplePower(x, compute, *exponent);
    if (!simple.empty()) return simple;
  }
  const bool exact =
      exponent &&
      static_cast<double>(static_cast<float>(*exponent)) == *exponent;
  if (node.facts().has_double && !exact &&
      (TypeBit(node.type(1)) & kLongTypes) != 0) {
    compute = "double";
  }
  return StrCat("pow((", compute, ")", x, ", (", compute, ")", y, ")");
}

std::string IntegerPower(const ElementNode& node, const std::string& x,
                         const std::string& y) {
  const TypeSet exponent = TypeBit(node.type(1));
  if ((exponent & kFloatTypes) != 0) {
    const char* const wide = node.facts().has_double ? "double" : "float";
    return StrCat("(long)pow((", wide, ")", x, ", (", wide, ")", y, ")");
  }
  const bool large = node.type(1) == DataType::kUint64;
  return StrCat("integer_power(", x, ", ",
                large ? StrCat("min(", y, ", (ulong)LONG_MAX)") : y, ")");
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  return (TypeBit(node.type(0)) & kFloatTypes) != 0
             ? FloatPower(node, v[0], v[1])
             : IntegerPower(node, v[0], v[1]);
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(pow, ElementKernel<kRule>("Pow", &Supports));

}  // namespace onnxifi::opencl
