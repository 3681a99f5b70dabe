#ifndef ONNXIFI_BACKENDS_COMMON_INLINE_BRANCHES_H_
#define ONNXIFI_BACKENDS_COMMON_INLINE_BRANCHES_H_

#include "graph/graph.h"

namespace onnxifi {

// Puts the chosen branch in place of each If whose condition is constant, so
// that its nodes are planned with the others; branches inside too. True when
// there was one.
bool InlineBranches(graph::Graph& graph);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_INLINE_BRANCHES_H_
