#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_H_

#include <cstdint>

#include "backends/cpu/kernels/half.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// How Cast rounds where the plain rules leave a choice.
struct ConvertOptions {
  bool saturate = true;                         // float8
  ScaleRounding rounding = ScaleRounding::kUp;  // float8e8m0
};

// True for every type that Cast takes except strings.
bool IsConvertible(graph::DataType type);

// Elements that one call of Convert should start at a multiple of: packed
// types share bytes.
inline constexpr int64_t kConvertUnit = 1024;

// Converts elements [begin, begin + count) of a tensor by Cast's rules.
// `begin` is a multiple of kConvertUnit. Floating point to integer truncates;
// where ONNX leaves the result open, NaN and values beyond the 64-bit (to 8-,
// 16- and 32-bit integers: 32-bit) range become the smallest integer before
// high bits are dropped, as x86's instructions have it. Unsigned 64-bit
// results saturate.
void Convert(graph::DataType from, const void* in, graph::DataType to,
             void* out, int64_t begin, int64_t count,
             const ConvertOptions& options);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_H_
