#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const std::string_view direction = node.attrs().String("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return {RejectReason::kAttribute, StrCat("direction = ", direction)};
  }
  if (Reject r = RequireTypes(node, 0, kIntTypes); !r.supported()) return r;
  return RequireTypes(node, 1, TypeBit(node.input_type(0)));
}

// C leaves open what a shift by all bits is, and a negative one.
Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  const bool left = node.attrs().String("direction", "") == "LEFT";
  const int bits = ElementBytes(node.type(0)) * 8;
  const std::string out =
      StrCat("(", v[1], " < 0 || (ulong)", v[1], " >= ", bits, ")");
  if (left) return StrCat(out, " ? 0 : (ulong)", v[0], " << ", v[1]);
  return StrCat(out, " ? (", v[0], " < 0 ? -1 : 0) : ", v[0], " >> ", v[1]);
}

constexpr ElementRule kRule = {.made = &SameType, .text = &Text};

}  // namespace

ONNXIFI_DEFINE_OPS(bit_shift, ElementKernel<kRule>("BitShift", &Supports));

}  // namespace onnxifi::opencl
