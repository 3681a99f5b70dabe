#ifndef ONNXIFI_CONFORMANCE_OPS_NUMBER_TENSOR_H_
#define ONNXIFI_CONFORMANCE_OPS_NUMBER_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "client/host_tensor.h"
#include "graph/tensor_type.h"

namespace onnxifi::conformance {

using client::HostTensor;
using graph::DataType;
using graph::Shape;

// A tensor as the references see it: numbers, exactly those that the type
// holds. Plain data.
struct NumberTensor {
  DataType type = DataType::kFloat;
  Shape dims;
  std::vector<double> v;
  // Elements of 64-bit integers that no double holds; used instead of `v` when
  // it is not empty.
  std::vector<uint64_t> bits;

  NumberTensor() = default;
  NumberTensor(DataType element, Shape shape);  // zeros
  NumberTensor(DataType element, Shape shape, std::vector<double> values);

  size_t count() const { return bits.empty() ? v.size() : bits.size(); }
  double& operator[](size_t i) { return v[i]; }
  double operator[](size_t i) const { return v[i]; }
};

// Product of dimensions.
size_t Count(const Shape& dims);

// The number of `type` nearest to `value`.
double RoundTo(DataType type, double value);
void RoundAll(NumberTensor* tensor);

HostTensor ToHost(const NumberTensor& tensor, const std::string& name);

// Different numbers in every element, of both signs where the type has them,
// as far as the type reaches; small enough to be exact in all types.
NumberTensor Counting(DataType type, Shape dims);
// Random numbers of the range, rounded to the type.
NumberTensor Uniform(DataType type, Shape dims, double low, double high,
                     std::mt19937_64& random);
// Random whole numbers of the range.
NumberTensor Whole(DataType type, Shape dims, int low, int high,
                   std::mt19937_64& random);

// Steps through all indices of a shape, the last dimension fastest.
class Index {
 public:
  explicit Index(const Shape& dims) : dims_(dims), at_(dims.size(), 0) {}

  const Shape& at() const { return at_; }
  int64_t operator[](size_t i) const { return at_[i]; }
  // False behind the last one.
  bool Next();

 private:
  const Shape& dims_;
  Shape at_;
};

// Position of an index in a tensor of these dimensions.
size_t OffsetOf(const Shape& dims, std::span<const int64_t> at);
// The same of a tensor that is broadcast to the index's shape.
size_t BroadcastOffset(const Shape& dims, std::span<const int64_t> at);
Shape BroadcastShape(const Shape& a, const Shape& b);

// "float32".
std::string TypeName(DataType type);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_NUMBER_TENSOR_H_
