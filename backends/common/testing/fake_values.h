#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_VALUES_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_VALUES_H_

#include <memory>

#include "backends/common/backend.h"
#include "backends/common/op_kernel.h"
#include "graph/graph.h"

namespace onnxifi::testing {

// The fake backend's graphs that run value by value: Identity of anything,
// NonZero of 1-D float32, StringConcat, ZipMap with string labels, CastMap to
// float32 and Add.

// Whether the graph needs to be one.
bool NeedsValues(const graph::Graph& graph);

// Whether such a graph can run the node.
bool FakeValuesSupport(const NodeView& node);

std::unique_ptr<CompiledGraph> MakeFakeValueGraph(graph::Graph graph);

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_VALUES_H_
