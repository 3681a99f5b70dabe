#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_RECURRENT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_RECURRENT_H_

#include "backends/common/ops/recurrent_node.h"

namespace onnxifi::opencl {

// RNN, GRU and LSTM: the input's products of all steps are one launch, then a
// group of items (on a CPU one item) takes each batch entry of each direction
// through its steps.
Reject SupportsRecurrent(const NodeView& node, Cell cell);
Status PrepareRecurrent(PrepareContext& ctx, Cell cell);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_RECURRENT_H_
