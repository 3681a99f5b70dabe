#include "partitioner/synthetic_data.h"

#include <array>
#include <cstring>

namespace onnxifi::partitioner {
namespace {

using graph::DataType;

template <typename T, size_t N>
void Repeat(const std::array<T, N>& pattern, void* data, size_t bytes) {
  auto* to = static_cast<T*>(data);
  for (size_t i = 0; i < bytes / sizeof(T); ++i) to[i] = pattern[i % N];
}

template <typename T>
void Integer(Integers integers, void* data, size_t bytes) {
  Repeat<T, 1>({static_cast<T>(integers == Integers::kOnes)}, data, bytes);
}

}  // namespace

void FillTensor(DataType type, Integers integers, void* data, size_t bytes) {
  const bool ones = integers == Integers::kOnes;
  switch (type) {
    case DataType::kFloat:
    case DataType::kComplex64:
      return Repeat<float, 7>({0.5F, 0.125F, 1, 0.25F, 0.75F, 0.375F, 0.875F},
                              data, bytes);
    case DataType::kDouble:
    case DataType::kComplex128:
      return Repeat<double, 7>({0.5, 0.125, 1, 0.25, 0.75, 0.375, 0.875}, data,
                               bytes);
    case DataType::kFloat16:  // 0.5 0.125 1 0.25 0.75
      return Repeat<uint16_t, 5>({0x3800, 0x3000, 0x3c00, 0x3400, 0x3a00}, data,
                                 bytes);
    case DataType::kBfloat16:
      return Repeat<uint16_t, 5>({0x3f00, 0x3e00, 0x3f80, 0x3e80, 0x3f40}, data,
                                 bytes);
    case DataType::kFloat8E4M3FN:
    case DataType::kFloat8E4M3FNUZ:
    case DataType::kFloat8E5M2:
    case DataType::kFloat8E5M2FNUZ:
      return Repeat<uint8_t, 2>({0x38, 0x30}, data, bytes);
    case DataType::kFloat8E8M0:
      return Repeat<uint8_t, 2>({0x7f, 0x7e}, data, bytes);
    case DataType::kFloat4E2M1:  // 1 and 0.5
      return Repeat<uint8_t, 1>({0x12}, data, bytes);
    case DataType::kBool:
      return Repeat<uint8_t, 2>({1, 0}, data, bytes);
    case DataType::kInt16:
    case DataType::kUint16:
      return Integer<uint16_t>(integers, data, bytes);
    case DataType::kInt32:
    case DataType::kUint32:
      return Integer<uint32_t>(integers, data, bytes);
    case DataType::kInt64:
    case DataType::kUint64:
      return Integer<uint64_t>(integers, data, bytes);
    case DataType::kInt4:
    case DataType::kUint4:
      return Repeat<uint8_t, 1>({static_cast<uint8_t>(ones ? 0x11 : 0)}, data,
                                bytes);
    case DataType::kInt2:
    case DataType::kUint2:
      return Repeat<uint8_t, 1>({static_cast<uint8_t>(ones ? 0x55 : 0)}, data,
                                bytes);
    case DataType::kInt8:
    case DataType::kUint8:
      return Integer<uint8_t>(integers, data, bytes);
    default:
      std::memset(data, 0, bytes);
  }
}

}  // namespace onnxifi::partitioner
