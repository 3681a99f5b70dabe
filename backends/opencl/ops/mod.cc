#include "backends/opencl/kernels/pointwise.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kNumberTypes); !r.supported()) return r;
  return RequireTypes(node, 1, TypeBit(node.input_type(0)));
}

// The remainder with the dividend's sign; by 0 it is 0.
std::string RestText(TypeSet type, const std::string& a, const std::string& b) {
  if ((type & kFloatTypes) != 0) return StrCat("fmod(", a, ", ", b, ")");
  // The smallest number by -1 overflows.
  const std::string minus =
      (type & kSignedTypes) != 0 ? StrCat(" || ", b, " == -1") : "";
  return StrCat("(", b, " == 0", minus, " ? 0 : ", a, " % ", b, ")");
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const graph::DataType type = node.type(0);
  const TypeSet bit = TypeBit(type);
  const bool truncates = node.attrs().Int("fmod", 0) != 0;
  const std::string rest = RestText(bit, v[0], v[1]);
  if (truncates || (bit & kUnsignedTypes) != 0) return rest;
  // With the divisor's sign, that of 0, too.
  const std::string none =
      (bit & kFloatTypes) != 0
          ? StrCat("copysign((", KernelTypeOf(type).compute, ")0, ", v[1], ")")
          : "0";
  return StrCat(rest, " == 0 ? ", none, " : (", rest, " < 0) != (", v[1],
                " < 0) ? ", rest, " + ", v[1], " : ", rest);
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(mod, ElementKernel<kRule>("Mod", &Supports));

}  // namespace onnxifi::opencl
