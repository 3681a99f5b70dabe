#include "graph/model_nodes.h"

#include <gtest/gtest.h>

#include <string>

#include "graph/limits.h"
#include "tests/fixtures/model_builder.h"

namespace onnxifi::graph {
namespace {

using fixtures::ModelBuilder;
using fixtures::NodeBytes;
using fixtures::WireWriter;

Bytes BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

using Names = std::vector<std::string_view>;

TEST(ModelNodesTest, NamesOfTheMainGraphOnly) {
  const std::string body = ModelBuilder()
                               .Output("inner", fixtures::kFloat, {})
                               .Node("Identity", {"x"}, {"inner"})
                               .BuildGraph();
  const std::string model =
      ModelBuilder()
          .Function(fixtures::FunctionBytes(
              "mine", "F", {"a"}, {"b"}, {NodeBytes("Relu", {"a"}, {"b"})}, 17))
          .Node("If", {"c"}, {"p"}, {fixtures::AttrGraph("then_branch", body)})
          .Node("F", {"p", "", "q"}, {"", "y"}, {}, "mine")
          .Build();
  const auto nodes = ReadModelNodes(BytesOf(model));
  ASSERT_TRUE(nodes.ok()) << nodes.status().message();
  ASSERT_EQ(nodes->size(), 2u);
  EXPECT_EQ((*nodes)[0].inputs, (Names{"c"}));
  EXPECT_EQ((*nodes)[0].outputs, (Names{"p"}));
  EXPECT_EQ((*nodes)[1].inputs, (Names{"p", "", "q"}));
  EXPECT_EQ((*nodes)[1].outputs, (Names{"", "y"}));
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
    const auto nodes = ReadModelNodes(cut);
    if (nodes.ok()) {
      EXPECT_TRUE(nodes->empty()) << size;
      continue;
    }
    EXPECT_EQ(nodes.status().code(), ONNXIFI_STATUS_INVALID_PROTOBUF) << size;
  }
}

TEST(ModelNodesTest, TheNumberOfNodesIsBounded) {
  std::string graph;
  for (int64_t i = 0; i <= kMaxNodes; ++i) graph += std::string("\x0a\x00", 2);
  const std::string model = WireWriter().Bytes(7, graph).bytes();
  const auto nodes = ReadModelNodes(BytesOf(model));
  ASSERT_FALSE(nodes.ok());
  EXPECT_EQ(nodes.status().code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(nodes.status().message().find("nodes"), std::string::npos);
}

}  // namespace
}  // namespace onnxifi::graph
