#ifndef ONNXIFI_BACKENDS_COMMON_FOLD_CONSTANTS_H_
#define ONNXIFI_BACKENDS_COMMON_FOLD_CONSTANTS_H_

#include "backends/common/op_table.h"
#include "backends/common/plan.h"

namespace onnxifi {

// Replaces nodes whose inputs are all constants by their results. A node that
// cannot be evaluated stays.
void FoldConstants(graph::Graph& graph, const OpRegistry& registry,
                   const CompilerHooks& hooks, ThreadPool& pool);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FOLD_CONSTANTS_H_
