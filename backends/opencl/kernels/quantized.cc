#include "backends/opencl/kernels/quantized.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

Reject SupportsBytes(const NodeView& node, std::initializer_list<size_t> bytes,
                     std::initializer_list<size_t> scales) {
  constexpr TypeSet kBytes =
      TypeBit(DataType::kInt8) | TypeBit(DataType::kUint8);
  for (const size_t i : bytes) {
    if (Reject r = RequireTypes(node, i, kBytes); !r.supported()) return r;
  }
  for (const size_t i : scales) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return {};
}

QuantInput::QuantInput(const PrepareContext& ctx, size_t i, std::string name)
    : present_(ctx.HasInput(i)), input_(i), name_(std::move(name)) {
  if (!present_) return;
  type_ = ctx.in(i).type;
  count_ = Product(ctx.in(i).dims);
}

void QuantInput::Bind(KernelText* kernel) const {
  if (present_) kernel->In(name_, type_, input_);
}

std::string QuantInput::Place(const std::string& index) const {
  return count_ == 1 ? "0" : StrCat("(", index, ") % ", count_);
}

std::string QuantInput::Zero(const std::string& index) const {
  if (!present_) return "0";
  return StrCat("(int)", LoadText(type_, name_, Place(index)));
}

std::string QuantInput::Scale(const std::string& index,
                              const char* type) const {
  return StrCat("(", type, ")", LoadText(type_, name_, Place(index)));
}

const char* ScaleType(const DeviceFacts& facts) {
  return facts.has_double ? "double" : "float";
}

std::string StoreQuantized(DataType type, const char* scale_type,
                           const std::string& name, const std::string& index,
                           const std::string& scaled, const std::string& zero) {
  const bool is_signed = type == DataType::kInt8;
  const int low = is_signed ? -128 : 0;
  const int high = is_signed ? 127 : 255;
  const char* const made = KernelTypeOf(type).compute;
  // A NaN becomes the lowest number.
  return StrCat("{ const ", scale_type, " q = rint(", scaled, ") + ", zero,
                "; ", name, "[", index, "] = !(q > ", low, ") ? (", made, ")",
                low, " : q > ", high, " ? (", made, ")", high, " : (", made,
                ")q; }");
}

}  // namespace onnxifi::opencl
