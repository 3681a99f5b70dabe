#ifndef ONNXIFI_BACKENDS_CPU_REORDER_H_
#define ONNXIFI_BACKENDS_CPU_REORDER_H_

#include <memory>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// A step that copies in[0], which has desc `from`, to out[0] in layout `to`.
// Any whole-byte element type of up to 8 bytes; padded channels become zero.
Status MakeReorder(const TensorDesc& from, Layout to, RunFn* fn,
                   std::shared_ptr<const void>* state);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_REORDER_H_
