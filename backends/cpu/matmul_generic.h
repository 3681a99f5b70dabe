#ifndef ONNXIFI_BACKENDS_CPU_MATMUL_GENERIC_H_
#define ONNXIFI_BACKENDS_CPU_MATMUL_GENERIC_H_

#include "backends/cpu/matmul_plan.h"

namespace onnxifi::cpu {

// A product of any supported type by plain loops: float16 and bfloat16 sum in
// float, integers wrap.
Status PlanGenericMatMul(PrepareContext& ctx, MatMulNode node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_MATMUL_GENERIC_H_
