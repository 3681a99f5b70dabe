#include "backends/cpu/kernels/scatter_combine.h"

namespace onnxifi::cpu {

namespace {

// Integer overflow wraps: done in unsigned arithmetic of the same width, and
// of at least `unsigned`, so that no promotion to int overflows.
template <typename T>
T CombineWrapped(Reduction reduction, T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::common_type_t<std::make_unsigned_t<T>, unsigned>;
    if (reduction == Reduction::kAdd) {
      return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
    }
    if (reduction == Reduction::kMul) {
      return static_cast<T>(static_cast<U>(a) * static_cast<U>(b));
    }
  }
  return Combine<T>(reduction, a, b);
}

}  // namespace

bool ParseReduction(std::string_view text, Reduction* reduction) {
  if (text == "none")
    *reduction = Reduction::kNone;
  else if (text == "add")
    *reduction = Reduction::kAdd;
  else if (text == "mul")
    *reduction = Reduction::kMul;
  else if (text == "max")
    *reduction = Reduction::kMax;
  else if (text == "min")
    *reduction = Reduction::kMin;
  else
    return false;
  return true;
}

Reject SupportsReduction(const NodeView& node) {
  Reduction reduction;
  if (!ParseReduction(node.attrs().String("reduction", "none"), &reduction)) {
    return {RejectReason::kAttribute, "reduction"};
  }
  if (reduction != Reduction::kNone &&
      !HasType<NumericTypes>(node.input_type(0))) {
    return {RejectReason::kDataType, "input 0 has no such reduction"};
  }
  return {};
}

void CombineRow(Reduction reduction, DataType type, int64_t element_bytes,
                const char* update, char* out, int64_t count) {
  if (reduction == Reduction::kNone) {
    CopyBlock(update, out, count * element_bytes);
    return;
  }
  DispatchType<NumericTypes>(type, [&]<typename T>() {
    for (int64_t i = 0; i < count; ++i) {
      StoreAt<T>(out, i,
                 CombineWrapped<T>(reduction, LoadAt<T>(out, i),
                                   LoadAt<T>(update, i)));
    }
  });
}

}  // namespace onnxifi::cpu
