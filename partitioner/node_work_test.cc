#include "partitioner/node_work.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"

namespace onnxifi::partitioner {
namespace {

NodeWork WorkOfFirst(const char* text) {
  Result<graph::Graph> graph = graph::ReadProto(graph::SmallModel(text));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? WorkOf(*graph, graph->nodes[0]) : NodeWork();
}

TEST(NodeWorkTest, CountsMultiplyAdds) {
  // 1 x 8 x 6 x 6 results of 4/2 x 3 x 3 each.
  EXPECT_EQ(WorkOfFirst(R"(g (float[1,4,8,8] x, float[8,2,3,3] w)
    => (float[1,8,6,6] y) { y = Conv<group = 2>(x, w) })")
                .macs,
            8 * 36 * 18);
  EXPECT_EQ(WorkOfFirst(R"(g (float[5,3,7] a, float[7,2] b)
    => (float[5,3,2] y) { y = MatMul(a, b) })")
                .macs,
            5 * 3 * 2 * 7);
  EXPECT_EQ(WorkOfFirst(R"(g (float[7,3] a, float[7,2] b)
    => (float[3,2] y) { y = Gemm<transA = 1>(a, b) })")
                .macs,
            3 * 2 * 7);
  // Each of the 1 x 4 x 3 x 3 inputs meets 2 x 2 x 2 weights.
  EXPECT_EQ(WorkOfFirst(R"(g (float[1,4,3,3] x, float[4,2,2,2] w)
    => (float[1,2,4,4] y) { y = ConvTranspose(x, w) })")
                .macs,
            36 * 8);
}

TEST(NodeWorkTest, CountsBytes) {
  const NodeWork work =
      WorkOfFirst("g (float[10] x) => (float[10] y) { y = Relu(x) }");
  EXPECT_EQ(work.macs, 0);
  EXPECT_EQ(work.bytes, 80);
  EXPECT_FALSE(work.half);
}

TEST(NodeWorkTest, UnknownDimensionsCountAsOne) {
  EXPECT_EQ(WorkOfFirst("g (float[N,3] a, float[3,2] b) => (float[N,2] y) "
                        "{ y = MatMul(a, b) }")
                .macs,
            6);
}

TEST(NodeWorkTest, TheRooflineIsTheSlowerSide) {
  DeviceFigures figures;
  figures.macs = 1e9;
  figures.bytes = 1e9;
  EXPECT_EQ(RooflineNs({.macs = 1e6, .bytes = 10}, figures), 1'000'000);
  EXPECT_EQ(RooflineNs({.macs = 10, .bytes = 3e6}, figures), 3'000'000);
  EXPECT_EQ(RooflineNs({.macs = 1, .bytes = 1}, figures), kLeastNodeNs);
  figures.macs_half = 2e9;
  EXPECT_EQ(RooflineNs({.macs = 1e6, .half = true}, figures), 500'000);
  EXPECT_EQ(RooflineNs({.macs = 1e30, .bytes = 1e30}, figures), kMaxNs);
}

}  // namespace
}  // namespace onnxifi::partitioner
