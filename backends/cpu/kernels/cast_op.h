#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// The parts that Cast and CastLike share; `to` is the target type.
Reject SupportsCast(const NodeView& node, graph::DataType to);
Status PrepareCast(PrepareContext& ctx, graph::DataType to);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_
