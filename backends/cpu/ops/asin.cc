#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(asin, UnaryKernel<UnaryOp::kAsin>("Asin"));

}  // namespace onnxifi::cpu
