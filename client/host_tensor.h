#ifndef ONNXIFI_CLIENT_HOST_TENSOR_H_
#define ONNXIFI_CLIENT_HOST_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/tensor_type.h"

namespace onnxifi::client {

// A dense tensor in host memory, aligned to 64 bytes, that owns its bytes, or
// its strings. Move-only; thread-compatible.
class HostTensor {
 public:
  HostTensor() = default;
  // Every byte is set to `fill`; strings are empty. Fails for unknown types and
  // for sizes that cannot be allocated.
  static Result<HostTensor> Make(std::string name, graph::DataType type,
                                 graph::Shape dims, uint8_t fill = 0);

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  graph::DataType type() const { return type_; }
  const graph::Shape& dims() const { return dims_; }
  int64_t elements() const { return elements_; }
  std::span<std::byte> bytes() { return {data_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {data_.get(), size_}; }
  // The elements of a string tensor, which has no bytes.
  std::span<std::string> strings() { return strings_; }
  std::span<const std::string> strings() const { return strings_; }
  bool has_strings() const { return type_ == graph::DataType::kString; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  std::string name_;
  graph::DataType type_ = graph::DataType::kUndefined;
  graph::Shape dims_;
  int64_t elements_ = 0;
  size_t size_ = 0;
  std::unique_ptr<std::byte[], Free> data_;
  std::vector<std::string> strings_;
};

bool IsComplex(graph::DataType type);
bool IsInteger(graph::DataType type);  // signed, unsigned and bool
bool IsFloat(graph::DataType type);    // every real floating type

// Element `index` (for complex tensors: real part at 2i, imaginary at 2i+1) as
// a double. Exact except for 64-bit integers above 2^53.
double ElementAsDouble(const HostTensor& tensor, int64_t index);
// Element `index` of an integer tensor, exact: the bit pattern extended to 64
// bits by its signedness.
uint64_t ElementAsBits(const HostTensor& tensor, int64_t index);
// Stores `value`, rounded to nearest; integers saturate.
void SetElement(HostTensor& tensor, int64_t index, double value);

// One line of figures about a tensor of numbers; min, max and mean leave NaN out.
struct TensorStats {
  double min = 0;
  double max = 0;
  double mean = 0;
  int64_t nans = 0;
};
TensorStats ComputeStats(const HostTensor& tensor);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_HOST_TENSOR_H_
