#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANTIZED_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANTIZED_H_

#include <initializer_list>
#include <string>

#include "backends/common/op_kernel.h"
#include "backends/opencl/device.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// Products of 8-bit integers with zero points and scales.

// Refuses unless these inputs, when there, are int8 or uint8, and the others in
// `scales` floating point.
Reject SupportsBytes(const NodeView& node, std::initializer_list<size_t> bytes,
                     std::initializer_list<size_t> scales);

// A zero point or scale in input i, one or as many as a dimension has, as pointer
// `name`.
class QuantInput {
 public:
  QuantInput(const PrepareContext& ctx, size_t i, std::string name);

  void Bind(KernelText* kernel) const;
  // The zero point of line `index` as an int; "0" when there is none.
  std::string Zero(const std::string& index) const;
  // The scale as `type`.
  std::string Scale(const std::string& index, const char* type) const;

 private:
  std::string Place(const std::string& index) const;

  bool present_ = false;
  size_t input_ = 0;
  std::string name_;
  graph::DataType type_ = graph::DataType::kUndefined;
  int64_t count_ = 1;
};

// What sums are scaled in: double, or float where there is none.
const char* ScaleType(const DeviceFacts& facts);
// Lines that store the number `scaled` of ScaleType(), rounded to even, with the
// zero point `zero`, saturated, as element `index` of pointer `name`.
std::string StoreQuantized(graph::DataType type, const char* scale_type,
                           const std::string& name, const std::string& index,
                           const std::string& scaled, const std::string& zero);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_QUANTIZED_H_
