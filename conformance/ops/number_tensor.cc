#include "conformance/ops/number_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace onnxifi::conformance {
namespace {

using client::ElementAsDouble;
using client::SetElement;

bool IsUnsigned(DataType type) {
  return type == DataType::kUint8 || type == DataType::kUint16 ||
         type == DataType::kUint32 || type == DataType::kUint64;
}

// Above what counting numbers are not all different and exact.
int64_t CountingLimit(DataType type) {
  switch (type) {
    case DataType::kBool:
      return 2;
    case DataType::kInt8:
    case DataType::kUint8:
    case DataType::kBfloat16:
      return 120;
    case DataType::kFloat16:
      return 1000;
    default:
      return 30000;
  }
}

}  // namespace

size_t Count(const Shape& dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  return count;
}

NumberTensor::NumberTensor(DataType element, Shape shape)
    : type(element), dims(std::move(shape)), v(Count(dims), 0.0) {}

NumberTensor::NumberTensor(DataType element, Shape shape,
                           std::vector<double> values)
    : type(element), dims(std::move(shape)), v(std::move(values)) {}

double RoundTo(DataType type, double value) {
  switch (type) {
    case DataType::kDouble:
      return value;
    case DataType::kFloat:
      return static_cast<double>(static_cast<float>(value));
    default:
      break;
  }
  Result<HostTensor> one = HostTensor::Make("", type, {});
  if (!one.ok()) return value;
  SetElement(*one, 0, value);
  return ElementAsDouble(*one, 0);
}

void RoundAll(NumberTensor* tensor) {
  for (double& value : tensor->v) value = RoundTo(tensor->type, value);
}

HostTensor ToHost(const NumberTensor& tensor, const std::string& name) {
  Result<HostTensor> made = HostTensor::Make(name, tensor.type, tensor.dims);
  if (!made.ok()) return HostTensor();
  for (size_t i = 0; i < tensor.v.size(); ++i) {
    SetElement(*made, static_cast<int64_t>(i), tensor.v[i]);
  }
  if (!tensor.bits.empty()) {
    std::memcpy(made->bytes().data(), tensor.bits.data(), made->bytes().size());
  }
  return std::move(made.value());
}

NumberTensor Counting(DataType type, Shape dims) {
  NumberTensor tensor(type, std::move(dims));
  const int64_t limit = CountingLimit(type);
  for (size_t i = 0; i < tensor.v.size(); ++i) {
    const auto number = static_cast<int64_t>(i) % limit + 1;
    const bool negative = !IsUnsigned(type) && i % 3 == 1;
    tensor.v[i] = static_cast<double>(negative ? -number : number);
    if (type == DataType::kBool) tensor.v[i] = i % 3 == 1 || i % 5 == 2 ? 1 : 0;
  }
  return tensor;
}

NumberTensor Uniform(DataType type, Shape dims, double low, double high,
                     std::mt19937_64& random) {
  NumberTensor tensor(type, std::move(dims));
  for (double& value : tensor.v) {
    // The top 53 bits: the same on every machine.
    const double part = static_cast<double>(random() >> 11) * 0x1p-53;
    value = RoundTo(type, low + (high - low) * part);
  }
  return tensor;
}

NumberTensor Whole(DataType type, Shape dims, int low, int high,
                   std::mt19937_64& random) {
  NumberTensor tensor(type, std::move(dims));
  const auto range = static_cast<uint64_t>(high - low + 1);
  for (double& value : tensor.v) {
    value = low + static_cast<double>(random() % range);
  }
  return tensor;
}

bool Index::Next() {
  for (size_t i = dims_.size(); i-- > 0;) {
    if (++at_[i] < dims_[i]) return true;
    at_[i] = 0;
  }
  return false;
}

size_t OffsetOf(const Shape& dims, std::span<const int64_t> at) {
  size_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    offset = offset * static_cast<size_t>(dims[i]) + static_cast<size_t>(at[i]);
  }
  return offset;
}

size_t BroadcastOffset(const Shape& dims, std::span<const int64_t> at) {
  const size_t skipped = at.size() - dims.size();
  size_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t index = dims[i] == 1 ? 0 : at[skipped + i];
    offset = offset * static_cast<size_t>(dims[i]) + static_cast<size_t>(index);
  }
  return offset;
}

Shape BroadcastShape(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (const Shape* shape : {&a, &b}) {
    const size_t skipped = out.size() - shape->size();
    for (size_t i = 0; i < shape->size(); ++i) {
      if ((*shape)[i] != 1) out[skipped + i] = (*shape)[i];
    }
  }
  return out;
}

std::string TypeName(DataType type) { return graph::DataTypeName(type); }

}  // namespace onnxifi::conformance
