#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_AXIS_GATHER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_AXIS_GATHER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernels/host_number.h"

namespace onnxifi::opencl {

// Each axis of the output picks entries of that axis of input 0.
struct AxisGather {
  graph::Shape in;  // how the input is seen
  // For each axis, which entry its entries are; -1: the fill value.
  std::vector<std::vector<int64_t>> tables;
  // An input with the fill value; none: `fill`.
  std::optional<size_t> fill_input;
  HostElement fill = {};
};

// Declares output 0 and sets the step.
Status PrepareAxisGather(PrepareContext& ctx, const AxisGather& gather);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_AXIS_GATHER_H_
