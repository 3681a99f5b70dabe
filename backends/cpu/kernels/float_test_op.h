#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TEST_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TEST_OP_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Which elements IsNaN and IsInf report.
struct FloatTest {
  bool nan = false;
  bool positive_infinity = false;
  bool negative_infinity = false;
};

// Shared by IsNaN and IsInf: any floating-point type to bool.
Reject SupportsFloatTest(const NodeView& node);
Status PrepareFloatTest(PrepareContext& ctx, const FloatTest& test);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_TEST_OP_H_
