#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_NODE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_NODE_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/recurrent.h"

namespace onnxifi::cpu {

// What the three recurrent operators share: reading the node, booking memory,
// running the directions.
Reject SupportsRecurrent(const NodeView& node, Cell cell);
Status PrepareRecurrent(PrepareContext& ctx, Cell cell);

// Finds the functions for the rules, for values that are computed in `type`,
// float or double; false when one is not known.
bool FindGateFunctions(graph::DataType type, Recurrent* recurrent);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RECURRENT_NODE_H_
