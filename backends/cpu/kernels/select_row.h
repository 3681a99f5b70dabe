#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SELECT_ROW_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SELECT_ROW_H_

#include "backends/cpu/kernels/broadcast.h"

namespace onnxifi::cpu {

// The row function out = condition ? a : b for elements of `bytes` bytes (1,
// 2, 4, 8, 16): operand 0 is bool, 1 and 2 are the choices. It takes no
// context. nullptr for another size.
RowFn FindSelectRow(int bytes);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SELECT_ROW_H_
