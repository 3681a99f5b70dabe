#ifndef ONNXIFI_TOOLS_CLI_BISECT_H_
#define ONNXIFI_TOOLS_CLI_BISECT_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "client/compare.h"
#include "client/host_value.h"
#include "graph/graph.h"
#include "tools/cli/graph_runner.h"
#include "tools/cli/mixed_run.h"
#include "tools/cli/segment_search.h"

namespace onnxifi::client {

// What makes two backends disagree about a model.
struct Finding {
  enum class Kind : uint8_t {
    // The reference gives something else each time.
    kRandom,
    // Not when the graph that was read is run: only the file does it.
    kFileOnly,
    // These nodes, on the tested backend while all others are on the reference.
    kNodes,
  };

  Kind kind = Kind::kNodes;
  size_t nodes = 0;  // of the graph
  size_t runs = 0;   // that it took
  // kNodes: minimal at both ends, one node where one is enough.
  Segment segment;
  MixedRun::Alone alone;
  std::vector<Comparison> alone_results;  // of each of its results
  // False: by itself the segment gives results within the tolerance, which the
  // nodes behind it make larger.
  bool alone_differs = false;
  // With these nodes on the reference the outputs still differ.
  bool others_differ = false;
};

// Finds the nodes by moving the cuts between nodes on the tested backend and
// nodes on the reference. Requires a graph with nodes.
Result<Finding> Bisect(const graph::Graph& graph, const GraphRunner& reference,
                       const GraphRunner& tested,
                       const std::vector<HostValue>& inputs,
                       const Tolerance& tolerance);

// Writes the nodes that were found as an ONNX test case: model.onnx, and
// test_data_set_0 with the reference's values.
Status WriteReproducer(const Finding& finding, const std::string& folder);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_BISECT_H_
