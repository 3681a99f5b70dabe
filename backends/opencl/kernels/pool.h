#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_POOL_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_POOL_H_

#include "backends/common/op_kernel.h"
#include "backends/common/ops/window.h"

namespace onnxifi::opencl {

enum class PoolKind : uint8_t { kMax, kAverage, kLp };

struct PoolNode {
  Window window;
  PoolKind kind = PoolKind::kMax;
  bool count_padding = false;  // averages divide by the whole window
  int64_t p = 2;               // kLp
};

// A window that covers the whole image.
Result<Window> GlobalWindow(const NodeView& node, const graph::Shape& in_dims);

// Sets output 0 and the step, on plain tensors or, for float32 on a CPU device,
// on channel blocks.
Status PlanPool(PrepareContext& ctx, const PoolNode& pool);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_POOL_H_
