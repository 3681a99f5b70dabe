#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_H_

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernels/gemm_node.h"

namespace onnxifi::opencl {

Reject SupportsGemm(const NodeView& node);
// Declares the outputs, of shape `output`, and sets the step. The node may carry a
// group of element-wise nodes.
Status PlanGemm(PrepareContext& ctx, const GemmNode& node,
                const graph::Shape& output);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_GEMM_H_
