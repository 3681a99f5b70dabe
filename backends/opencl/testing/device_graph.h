#ifndef ONNXIFI_BACKENDS_OPENCL_TESTING_DEVICE_GRAPH_H_
#define ONNXIFI_BACKENDS_OPENCL_TESTING_DEVICE_GRAPH_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "backends/common/op_table.h"
#include "backends/opencl/opencl_backend.h"
#include "graph/graph.h"

namespace onnxifi::opencl {

// Runs graphs on the first device and compares two ways to rewrite them.
class DeviceGraphTest : public testing::Test {
 protected:
  using Bytes = std::vector<std::byte>;
  using Rewrite = Status (*)(graph::Graph& graph);

  void SetUp() override;

  std::vector<Bytes> Run(const graph::Graph& graph,
                         const std::vector<graph::Shape>& shapes,
                         const std::vector<Bytes>& feeds, Rewrite rewrite);
  // Both give the same bits; NULL: the graph as it is. Returns how many bytes the
  // outputs have.
  size_t ExpectSame(const graph::Graph& graph,
                    const std::vector<graph::Shape>& shapes,
                    const std::vector<Bytes>& feeds, Rewrite one,
                    Rewrite other);

  std::shared_ptr<Device> device_;
  std::shared_ptr<ProgramCache> programs_;
  const OpRegistry registry_{kAllOps};
};

// How many random graphs a test runs: ONNXIFI_TEST_GRAPHS, or `otherwise`.
unsigned TestGraphs(unsigned otherwise);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_TESTING_DEVICE_GRAPH_H_
