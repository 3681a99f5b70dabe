#include "backends/opencl/testing/device_graph.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "backends/common/graph_compiler.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

using graph::DataType;
using graph::Graph;
using graph::Shape;
using graph::ValueId;
using Bytes = std::vector<std::byte>;

namespace {

// Equal, where NaNs may have any sign and payload: C leaves open of which operand
// a sum has them.
bool SameElements(DataType type, const Bytes& a, const Bytes& b) {
  if (a == b || a.size() != b.size()) return a.size() == b.size();
  if ((TypeBit(type) & kFloatTypes) == 0) return false;
  const auto size = static_cast<size_t>(graph::ElementBits(type) / 8);
  for (size_t i = 0; i < a.size() / size; ++i) {
    if (std::memcmp(&a[i * size], &b[i * size], size) == 0) continue;
    const auto at = static_cast<int64_t>(i);
    if (!std::isnan(HostNumber(a.data(), type, at)) ||
        !std::isnan(HostNumber(b.data(), type, at))) {
      return false;
    }
  }
  return true;
}

std::string Text(const Graph& graph) {
  std::string text;
  for (const graph::Node& node : graph.nodes) {
    const graph::Value& made = graph.value(node.outputs[0]);
    text += StrCat(made.name, " = ", node.op_type, "(");
    for (const ValueId id : node.inputs) text += graph.value(id).name + " ";
    text += StrCat(") ", graph::DataTypeName(made.type), " ",
                   ShapeText(made.dims), "\n");
  }
  return text;
}

}  // namespace

void DeviceGraphTest::SetUp() {
  std::vector<std::string> reasons;
  auto devices = Device::FindAll(&reasons);
  ASSERT_TRUE(devices.ok() && !devices->empty())
      << "these tests need a device, e.g. PoCL";
  device_ = devices->front();
  programs_ = std::make_shared<ProgramCache>(device_, DefaultCacheFolder());
}

std::vector<Bytes> DeviceGraphTest::Run(const Graph& graph,
                                        const std::vector<Shape>& shapes,
                                        const std::vector<Bytes>& feeds,
                                        Rewrite rewrite) {
  CompilerHooks hooks = MakeCompilerHooks(
      device_, programs_, std::make_shared<const BufferBlocks>());
  hooks.rewrite = rewrite;
  ThreadPool pool(2);
  auto compiled = GraphCompiler::Create(graph, registry_, hooks, pool);
  EXPECT_TRUE(compiled.ok()) << compiled.status().message();
  if (!compiled.ok()) return {};
  auto program = (*compiled)->Specialize(shapes);
  EXPECT_TRUE(program.ok()) << program.status().message();
  if (!program.ok()) return {};
  std::vector<const void*> in;
  for (const Bytes& feed : feeds) in.push_back(feed.data());
  std::vector<Bytes> results;
  std::vector<void*> out;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    results.emplace_back(*graph::ByteSize(graph.value(graph.outputs[i]).type,
                                          (*program)->output_shapes()[i]));
  }
  for (Bytes& result : results) out.push_back(result.data());
  EXPECT_EQ((*program)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  return results;
}

size_t DeviceGraphTest::ExpectSame(const Graph& graph,
                                   const std::vector<Shape>& shapes,
                                   const std::vector<Bytes>& feeds, Rewrite one,
                                   Rewrite other) {
  const auto alone = Run(graph, shapes, feeds, one);
  const auto grouped = Run(graph, shapes, feeds, other);
  EXPECT_EQ(alone.size(), grouped.size());
  size_t bytes = 0;
  for (size_t i = 0; i < std::min(alone.size(), grouped.size()); ++i) {
    const graph::Value& value = graph.value(graph.outputs[i]);
    EXPECT_TRUE(SameElements(value.type, alone[i], grouped[i]))
        << value.name << " of\n"
        << Text(graph);
    bytes += grouped[i].size();
  }
  return bytes;
}

unsigned TestGraphs(unsigned otherwise) {
  const char* const wanted = std::getenv("ONNXIFI_TEST_GRAPHS");
  return wanted == nullptr ? otherwise : unsigned(std::atoi(wanted));
}

}  // namespace onnxifi::opencl
