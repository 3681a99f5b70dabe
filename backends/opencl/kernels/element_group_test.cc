// Random graphs of element-wise nodes: in groups they give, bit for bit, what the
// same nodes give one kernel each.
#include "backends/opencl/kernels/element_group.h"

#include <gtest/gtest.h>

#include <vector>

#include "backends/opencl/fuse.h"
#include "backends/opencl/testing/device_graph.h"
#include "backends/opencl/testing/float_graph.h"
#include "backends/opencl/testing/random_graph.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using graph::Graph;
using graph::Shape;
using graph::ValueId;

Status GroupsOnly(Graph& graph) {
  GraphEditor editor(graph);
  FuseElements(editor);
  editor.Finish();
  return Status::Ok();
}

using ElementGroupTest = DeviceGraphTest;

TEST_F(ElementGroupTest, RandomGroupsGiveTheSameBits) {
  const unsigned count = TestGraphs(24);
  size_t nodes = 0;
  size_t steps = 0;
  for (unsigned seed = 1; seed <= count; ++seed) {
    RandomGraph random(seed, device_->facts().has_double);
    random.MakeElements();
    SCOPED_TRACE(StrCat("seed ", seed));
    ExpectSame(random.graph(), random.shapes(), random.feeds(), nullptr,
               &GroupsOnly);
    Graph fused = random.graph();
    graph::RemoveDeadNodes(fused);
    nodes += fused.nodes.size();
    ASSERT_TRUE(GroupsOnly(fused).ok());
    steps += fused.nodes.size();
  }
  EXPECT_LT(steps * 2, nodes) << nodes << " nodes, " << steps << " kernels";
}

// Behind a convolution, in whose channel blocks all operands are read; 20
// channels fill no blocks.
TEST_F(ElementGroupTest, OperandsSpreadIntoChannelBlocks) {
  for (const int64_t channels : {64, 20}) {
    FloatGraph g;
    const Shape dims = {2, channels, 9, 11};
    const ValueId x = g.Input({2, 3, 9, 11}, {2, 3, 9, 11});
    ValueId a = g.Op("Conv", {x, g.Constant({channels, 3, 1, 1})}, dims);
    const ValueId mean = g.Op("GlobalAveragePool", {a}, {2, channels, 1, 1});
    a = g.Op("Exp", {a}, dims);
    for (const Shape& other :
         {Shape{channels, 1, 1}, Shape{2, channels, 1, 1}, Shape{9, 11},
          Shape{1, 1, 1, 11}, Shape{2, 1, 9, 1}, dims}) {
      a = g.Op("Mul", {a, g.Constant(other)}, dims);
    }
    const ValueId y = g.Op("Add", {a, mean}, dims);
    g.graph.outputs = {g.Op("Tanh", {y}, dims), y};
    Graph fused = g.graph;
    ASSERT_TRUE(GroupsOnly(fused).ok());
    EXPECT_EQ(fused.nodes.size(), 3u);
    EXPECT_EQ(ExpectSame(g.graph, g.shapes, g.feeds, nullptr, &GroupsOnly),
              static_cast<size_t>(2 * Product(dims)) * sizeof(float));
  }
}

// What the model does not tell, or tells wrong.
TEST_F(ElementGroupTest, OutputsMayTurnOutToHaveSeveralShapes) {
  FloatGraph g;
  const Shape open = {-1, -1};
  const ValueId x = g.Input(open, {1, 5});
  const ValueId z = g.Input(open, {4, 5});
  const ValueId a = g.Op("Exp", {x}, open);
  const ValueId b = g.Op("Add", {a, z}, open);
  g.graph.outputs = {g.Op("Tanh", {b}, open), a, b};
  for (const ValueId id : {x, a, z, b, g.graph.outputs[0]}) {
    g.graph.value(id).symbols = {"n", "m"};
  }
  Graph fused = g.graph;
  ASSERT_TRUE(GroupsOnly(fused).ok());
  EXPECT_EQ(fused.nodes.size(), 1u);
  EXPECT_EQ(ExpectSame(g.graph, g.shapes, g.feeds, nullptr, &GroupsOnly),
            45 * sizeof(float));
}

}  // namespace
}  // namespace onnxifi::opencl
