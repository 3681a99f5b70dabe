#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_SCATTER_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_SCATTER_H_

#include "backends/common/gradient/expression.h"

namespace onnxifi::gradient {

// Zeros like x, with each element of g added at the position, counted over all
// of x, that `positions` has for it.
Var ScatterFlat(Var x, Var positions, Var g);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_SCATTER_H_
