#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TREE_READER_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TREE_READER_H_

#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/tree_table.h"

namespace onnxifi::cpu {

// Builds trees from a node's attributes and checks every one of them: after
// that, no row can lead outside the arrays or run for ever.

// The form of TreeEnsembleClassifier and TreeEnsembleRegressor: nodes and
// leaves in one list, named by tree and node id, and votes for leaves in the
// attributes `votes` + "treeids", "nodeids", "ids" and "weights".
Result<TreeTable> ReadTrees(const NodeView& node, const std::string& votes,
                            int64_t targets);

// The form of TreeEnsemble: nodes and leaves apart, children by position.
Result<TreeTable> ReadSplitTrees(const NodeView& node);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TREE_READER_H_
