#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/convert.h"

namespace onnxifi::cpu {

// The attributes saturate and round_mode.
ConvertOptions ReadConvertOptions(const NodeView& node);

// The parts that Cast and CastLike share for numbers; `to` is the target type.
// Strings: cast_text.h.
Reject SupportsCast(const NodeView& node, graph::DataType to);
Status PrepareCast(PrepareContext& ctx, graph::DataType to);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CAST_OP_H_
