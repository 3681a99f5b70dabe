#ifndef ONNXIFI_PARTITIONER_SYNTHETIC_DATA_H_
#define ONNXIFI_PARTITIONER_SYNTHETIC_DATA_H_

#include <cstddef>
#include <cstdint>

#include "graph/tensor_type.h"

namespace onnxifi::partitioner {

// What integers are: 0 is an index into everything, 1 divides everything.
enum class Integers : uint8_t { kZeros, kOnes };

// Fills a tensor with data that nearly every operator takes: numbers of
// several values above 0 and up to 1, both truths in turn, integers as asked.
// `data` is aligned for the type.
void FillTensor(graph::DataType type, Integers integers, void* data,
                size_t bytes);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_SYNTHETIC_DATA_H_
