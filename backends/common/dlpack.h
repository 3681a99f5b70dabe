#ifndef ONNXIFI_BACKENDS_COMMON_DLPACK_H_
#define ONNXIFI_BACKENDS_COMMON_DLPACK_H_

#include <cstdint>

#include "backends/common/device_memory.h"

// Tensors of DLPack, version-less ABI, in host memory.
namespace onnxifi::dlpack {

// The layout that libraries exchange; names of members are not part of it.
struct Device {
  int32_t type;
  int32_t id;
};
struct DataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};
struct Tensor {
  void* data;
  Device device;
  int32_t rank;
  DataType type;
  int64_t* shape;
  int64_t* strides;  // in elements; NULL: row-major without gaps
  uint64_t byte_offset;
};
struct ManagedTensor {
  Tensor tensor;
  void* context;
  void (*deleter)(ManagedTensor* self);  // may be NULL
};
static_assert(sizeof(Tensor) == 48 && sizeof(ManagedTensor) == 64);

inline constexpr int32_t kHostDevice = 1;
inline constexpr uint8_t kUnsignedCode = 1;

// Takes the tensor over. INVALID_SHAPE when its elements are not all there in
// row-major order without gaps, UNSUPPORTED_MEMORY_TYPE when it is not in host
// memory.
Result<MemoryBlock> Import(onnxPointer external);

// A 1-D tensor of bytes that names the block, which has to outlive it.
onnxPointer Export(const MemoryBlock& block);

}  // namespace onnxifi::dlpack

#endif  // ONNXIFI_BACKENDS_COMMON_DLPACK_H_
