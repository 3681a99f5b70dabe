#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_SCATTER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_SCATTER_H_

#include <string>
#include <string_view>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// ScatterElements and ScatterND: input 2 meets a copy of input 0 at the places
// that input 1 names. Several updates may meet one place, in their order.

// Refuses types, and an unknown 'reduction' or one that the type has not.
Reject SupportsScatter(const NodeView& node);

// Parameters "index", "update" and "y", and the failure.
KernelText ScatterKernel(const PrepareContext& ctx);
// The statement by which element `from` of "update" meets element `to` of "y".
std::string CombineText(const PrepareContext& ctx, std::string_view to,
                        std::string_view from);

// Declares output 0; sets the step: a copy, then `scatter`.
Status SetScatter(PrepareContext& ctx, Launch scatter);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_SCATTER_H_
