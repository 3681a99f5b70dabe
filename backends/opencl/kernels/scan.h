#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_SCAN_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_SCAN_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// CumSum and CumProd along an axis that is known.
Reject SupportsScan(const NodeView& node);
Status PrepareScan(PrepareContext& ctx, bool product);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_SCAN_H_
