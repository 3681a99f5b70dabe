#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_EXPAND_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_EXPAND_PLAN_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Plans the step that repeats input 0 along its dimensions of size 1, and those
// that it lacks in front, to give output 0 of shape `out`. Fails, naming the
// shapes, when input 0 does not broadcast to it.
Status PlanExpand(PrepareContext& ctx, graph::Shape out);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_EXPAND_PLAN_H_
