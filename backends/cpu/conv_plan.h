#ifndef ONNXIFI_BACKENDS_CPU_CONV_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_CONV_PLAN_H_

#include "backends/common/op_kernel.h"
#include "backends/common/ops/conv_node.h"
#include "backends/cpu/aligned_floats.h"

namespace onnxifi::cpu {

// Plans a float32 convolution with constant weights by the fastest means that
// take it: Winograd, oneDNN, oneDNN's GEMM form. Returns false, with nothing
// booked, when none does.
Result<bool> PlanFastConv(PrepareContext& ctx, const ConvNode& conv);

// Plans a grouped 1x1 convolution whose groups do not fill channel blocks, or
// whose input channels come in another order. Returns false, with nothing
// booked, for every other shape. Requires what PlanFastConv checks.
Result<bool> PlanPointConv(PrepareContext& ctx, const ConvNode& conv);

// Plans a 3x3 convolution of stride 1 by Winograd's method, which was measured
// 1.3 to 3.3 times as fast as the direct one on every such shape. Returns
// false, with nothing booked, for other shapes and in strict mode.
Result<bool> PlanWinograd(PrepareContext& ctx, const ConvNode& conv);

// Books inputs, layouts and output of a planned convolution.
Status CommitConv(PrepareContext& ctx, const ConvNode& conv, Layout src,
                  Layout dst);

// The constant bias padded with zeros; empty when there is none.
Result<AlignedFloats> PaddedBias(PrepareContext& ctx, int64_t padded);

// Copies rows (output channels) [first, first + rows) of the weights, each of
// `row` values, times their factors to `out`, `out_row` apart.
void CopyScaledWeights(const ConvNode& conv, const void* weights, int64_t first,
                       int64_t rows, int64_t row, float* out, int64_t out_row);

// Plans any convolution with the generic kernel.
Status PlanGenericConv(PrepareContext& ctx, const ConvNode& conv);

// Prepare and Supports of Conv and of the fused operator.
Status PrepareConv(PrepareContext& ctx);
Reject SupportsConv(const NodeView& node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_CONV_PLAN_H_
