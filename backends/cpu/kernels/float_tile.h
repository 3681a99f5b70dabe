#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TILE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TILE_H_

#include <cstdint>

#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {

// Vectorised bulk conversions. Results are those of ToFloat, ToFloat16 and
// ToBfloat16 for every bit pattern except a NaN's payload.
void Float16ToFloat(const Float16* in, float* out, int64_t count);
void Bfloat16ToFloat(const Bfloat16* in, float* out, int64_t count);
void FloatToFloat16(const float* in, Float16* out, int64_t count);
void FloatToBfloat16(const float* in, Bfloat16* out, int64_t count);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TILE_H_
