#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CAST_TEXT_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CAST_TEXT_H_

#include "backends/common/evaluate_context.h"

namespace onnxifi::cpu {

// The part of Cast and CastLike that has strings on one side or both; `to` is
// the target type.
Reject SupportsTextCast(const NodeView& node, graph::DataType to);
Status EvaluateTextCast(EvaluateContext& ctx, graph::DataType to);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CAST_TEXT_H_
