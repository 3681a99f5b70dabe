#ifndef ONNXIFI_BACKENDS_CPU_POOL_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_POOL_PLAN_H_

#include <limits>
#include <type_traits>

#include "backends/common/op_kernel.h"
#include "backends/common/ops/window.h"
#include "backends/cpu/kernels/conv_generic.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

enum class PoolKind : uint8_t { kMax, kAverage };

struct PoolNode {
  Window window;
  PoolKind kind = PoolKind::kMax;
  bool count_padding = false;  // averages divide by the whole window
};

// True when input 0 is float32 in a blocked layout, or small and plain enough
// that blocking it would not pay; then the vector kernels take it.
bool BlockedPoolFits(const PrepareContext& ctx);

// Plans a pool on channel-blocked float32. Requires BlockedPoolFits.
Status PlanBlockedPool(PrepareContext& ctx, const PoolNode& pool);

// True for float32 with windows of usual width.
bool PlanePoolTakes(const PrepareContext& ctx, const Window& window);

// Plans a pool on plain float32. Requires PlanePoolTakes.
Status PlanPlanePool(PrepareContext& ctx, const PoolNode& pool);

// Averages on plain tensors of any floating type.
Status PlanPlainAverage(PrepareContext& ctx, const PoolNode& pool);

// A window that covers the whole image.
Result<Window> GlobalWindow(const NodeView& node, const graph::Shape& in_dims);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_POOL_PLAN_H_
