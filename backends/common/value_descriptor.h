#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_DESCRIPTOR_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_DESCRIPTOR_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/run_value.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::abi {

// An array of onnxValue whose structures may be larger than the one that this
// library was compiled with. A view of the client's memory.
class ValueArray {
 public:
  // Looks at nothing but the sizes of the structures, which it checks.
  static Result<ValueArray> Make(const onnxValue* first, uint64_t count);

  size_t size() const { return count_; }
  const onnxValue& operator[](size_t i) const {
    return *reinterpret_cast<const onnxValue*>(first_ + i * stride_);
  }

 private:
  ValueArray(const void* first, size_t count, size_t stride)
      : first_(static_cast<const std::byte*>(first)),
        count_(count),
        stride_(stride) {}

  const std::byte* first_;
  size_t count_;
  size_t stride_;
};

// Turns the inputs of one run into what graphs run on, after checking that
// every pointer, number and size is possible and that each value is what the
// model declares. Tensors of numbers are not copied when their alignment
// allows. Thread-compatible; for one run.
class ValueReader {
 public:
  Result<RunValue> Read(const onnxValue& value,
                        const graph::ValueType& declared);

 private:
  Result<RunValue> ReadTensor(const onnxValue& value, graph::DataType type);
  Result<RunValue> ReadElements(const onnxValue& value,
                                const graph::ValueType& declared);
  Result<RunValue> ReadMap(const ValueArray& elements,
                           const graph::ValueType& declared);
  Status Count(uint64_t values);

  uint64_t seen_ = 0;
};

// The type of a graph's value, as ValueReader and ValueView need it.
graph::ValueType TypeOfValue(const graph::Value& value);

// "a sequence of float32", for messages.
std::string TypeText(const graph::ValueType& type);

// Why onnxValue cannot carry values of this type; OK when it can.
Status CheckCarried(const graph::ValueType& type);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_DESCRIPTOR_H_
