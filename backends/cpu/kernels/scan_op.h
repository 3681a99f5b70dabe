#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SCAN_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SCAN_OP_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Shared by CumSum and CumProd: running totals along one axis, which may be
// known only at run time.
Reject SupportsScan(const NodeView& node);
Status PrepareScan(PrepareContext& ctx, bool product);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SCAN_OP_H_
