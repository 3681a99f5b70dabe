#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_prod, ReduceKernelRow<ReduceOp::kProd>("ReduceProd"));

}  // namespace onnxifi::cpu
