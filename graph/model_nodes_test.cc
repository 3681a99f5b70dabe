#include "graph/model_nodes.h"

#include <gtest/gtest.h>

#include <string>

#include "base/model_builder.h"
#include "graph/limits.h"

namespace onnxifi::graph {
namespace {

using wire::ModelBuilder;
using wire::NodeBytes;
using wire::WireWriter;

Bytes BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

using Names = std::vector<std::string_view>;

Names NamesOf(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

TEST(ModelNodesTest, NamesOfTheMainGraphOnly) {
  const std::string body = ModelBuilder()
                               .Output("inner", wire::kFloat, {})
                               .Node("Identity", {"x"}, {"inner"})
                               .BuildGraph();
  const std::string model =
      ModelBuilder()
          .Function(wire::FunctionBytes("mine", "F", {"a"}, {"b"},
                                        {NodeBytes("Relu", {"a"}, {"b"})}, 17))
          .Node("If", {"c"}, {"p"}, {wire::AttrGraph("then_branch", body)})
          .Node("F", {"p", "", "q"}, {"", "y"}, {}, "mine")
          .Build();
  const auto nodes = ModelNodes::Read(BytesOf(model));
  ASSERT_TRUE(nodes.ok()) << nodes.status().message();
  ASSERT_EQ(nodes->size(), 2u);
  EXPECT_EQ(NamesOf(nodes->inputs(0)), (Names{"c"}));
  EXPECT_EQ(NamesOf(nodes->outputs(0)), (Names{"p"}));
  EXPECT_EQ(NamesOf(nodes->inputs(1)), (Names{"p", "", "q"}));
  EXPECT_EQ(NamesOf(nodes->outputs(1)), (Names{"", "y"}));
}

TEST(ModelNodesTest, TruncationAtEveryByteIsAnErrorOrFewerNodes) {
  const std::string model = ModelBuilder()
                                .Node("Relu", {"x"}, {"y"})
                                .Node("Relu", {"y"}, {"z"})
                                .Build();
  for (size_t size = 0; size < model.size(); ++size) {
    // Of its own size, so that a sanitizer sees a read beyond it.
    const std::vector<std::byte> cut(
        BytesOf(model).begin(),
        BytesOf(model).begin() + static_cast<ptrdiff_t>(size));
    const auto nodes = ModelNodes::Read(cut);
    if (nodes.ok()) {
      EXPECT_EQ(nodes->size(), 0u) << size;
      continue;
    }
    EXPECT_EQ(nodes.status().code(), ONNXIFI_STATUS_INVALID_PROTOBUF) << size;
  }
}

TEST(ModelNodesTest, TheNumberOfNodesIsBounded) {
  std::string graph;
  for (int64_t i = 0; i <= kMaxNodes; ++i) graph += std::string("\x0a\x00", 2);
  const std::string model = WireWriter().Bytes(7, graph).bytes();
  const auto nodes = ModelNodes::Read(BytesOf(model));
  ASSERT_FALSE(nodes.ok());
  EXPECT_EQ(nodes.status().code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(nodes.status().message().find("nodes"), std::string::npos);
}

}  // namespace
}  // namespace onnxifi::graph
