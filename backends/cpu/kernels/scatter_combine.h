#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SCATTER_COMBINE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SCATTER_COMBINE_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {

// How a scattered update meets what is there.
enum class Reduction : uint8_t { kNone, kAdd, kMul, kMax, kMin };

bool ParseReduction(std::string_view text, Reduction* reduction);

// Refuses an unknown reduction, or one that the type of input 0 has not.
Reject SupportsReduction(const NodeView& node);

template <typename T>
T Combine(Reduction reduction, T old_value, T update) {
  const Compute<T> a = Widen(old_value);
  const Compute<T> b = Widen(update);
  switch (reduction) {
    case Reduction::kAdd:
      return Narrow<T>(static_cast<Compute<T>>(a + b));
    case Reduction::kMul:
      return Narrow<T>(static_cast<Compute<T>>(a * b));
    // A NaN wins, as in the reductions of numeric libraries.
    case Reduction::kMax:
      return a > b || a != a ? old_value : update;
    case Reduction::kMin:
      return a < b || a != a ? old_value : update;
    case Reduction::kNone:
      break;
  }
  return update;
}

// Meets `count` consecutive elements of `out` with those of `update`.
void CombineRow(Reduction reduction, DataType type, int64_t element_bytes,
                const char* update, char* out, int64_t count);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SCATTER_COMBINE_H_
