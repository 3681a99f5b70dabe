#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_PLAIN_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_PLAIN_H_

#include <cstdint>

#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// Every conversion goes through a tile of one of four types that hold the
// source exactly.
enum class ConvertHub : uint8_t { kFloat, kDouble, kInt64, kUint64 };

constexpr ConvertHub HubOf(DataType type) {
  switch (type) {
    case DataType::kDouble:
      return ConvertHub::kDouble;
    case DataType::kUint64:
      return ConvertHub::kUint64;
    case DataType::kInt8:
    case DataType::kInt16:
    case DataType::kInt32:
    case DataType::kInt64:
    case DataType::kUint8:
    case DataType::kUint16:
    case DataType::kUint32:
    case DataType::kBool:
    case DataType::kUint4:
    case DataType::kInt4:
    case DataType::kUint2:
    case DataType::kInt2:
      return ConvertHub::kInt64;
    default:
      return ConvertHub::kFloat;
  }
}

// Types that the compiler knows.
using PlainTypes = ConcatTypes<TypeList<float, double>, IntTypes>::Type;

// Vectorised conversions of plain types to their hub, and of a hub to plain
// types and bool.
void LoadPlain(DataType type, const void* in, void* hub, int64_t count);
void StorePlain(ConvertHub hub_type, DataType type, const void* hub, void* out,
                int64_t count);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CONVERT_PLAIN_H_
