#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TREE_CHECK_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TREE_CHECK_H_

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/tree_table.h"

namespace onnxifi::cpu {

// What both forms of trees have in common at the end of reading.

// A number of targets that a table can have, as a table.
Result<TreeTable> StartTrees(const NodeView& node, int64_t targets);

// An error when a path from a root comes back to a node that it passed.
// Subtrees may be shared: chains of equality tests are written so.
Status CheckNoCircle(const NodeView& node, const TreeTable& table);

// Sets `features` and `uniform`; an error for a feature that is no index.
Status FinishTrees(const NodeView& node, TreeTable* table);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TREE_CHECK_H_
