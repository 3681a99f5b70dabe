#include "loader/node_count.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/model_builder.h"

namespace onnxifi::loader {
namespace {

using wire::ModelBuilder;
using wire::WireWriter;

std::optional<uint64_t> Count(const std::string& bytes) {
  return CountNodes(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::string Model() {
  const std::string body = ModelBuilder()
                               .Node("Relu", {"x"}, {"inner"})
                               .Output("inner", wire::kFloat, {})
                               .BuildGraph();
  return ModelBuilder()
      .Input("x", wire::kFloat, {2})
      .Output("z", wire::kFloat, {2})
      .Initializer(wire::TensorOf<float>("w", wire::kFloat, {1}, {1}))
      .Function(wire::FunctionBytes("mine", "F", {"a"}, {"b"},
                                    {wire::NodeBytes("Relu", {"a"}, {"b"})},
                                    17))
      .Node("If", {"c"}, {"p"}, {wire::AttrGraph("then_branch", body)})
      .Node("Relu", {"x"}, {"y"})
      .Node("Relu", {"y"}, {"z"})
      .Build();
}

TEST(NodeCountTest, CountsTheMainGraphOnly) {
  EXPECT_EQ(Count(Model()), 3u);
  EXPECT_EQ(Count(""), 0u);
  EXPECT_EQ(Count(ModelBuilder().Build()), 0u);
  // Protobuf merges a second graph into the first.
  EXPECT_EQ(Count(Model() + Model()), 6u);
  // Fields of other kinds are skipped, also those with a node's number.
  const std::string fixed =
      WireWriter().Varint(1, 5).Float(1, 1.5f).bytes() +
      std::string("\x09\x01\x02\x03\x04\x05\x06\x07\x08", 9);
  EXPECT_EQ(Count(fixed + WireWriter().Bytes(7, fixed).bytes()), 0u);
}

TEST(NodeCountTest, BrokenBytesHaveNoCount) {
  EXPECT_EQ(Count("\x0b"), std::nullopt);                     // a group
  EXPECT_EQ(Count("\x3a\x05\x0a"), std::nullopt);             // cut off
  EXPECT_EQ(Count(std::string(11, '\xff')), std::nullopt);    // endless tag
  EXPECT_EQ(Count("\x0a" + std::string(9, '\xff') + "\x01"),  // 2^64 - 1 bytes
            std::nullopt);
  EXPECT_EQ(Count(WireWriter().Bytes(7, "\x0a\x02\x01").bytes()), std::nullopt);
}

// Nothing beyond the bytes is touched, whatever they are.
TEST(NodeCountTest, TruncationsAndMutationsAreSafe) {
  const std::string model = Model();
  std::mt19937 random(7);
  for (size_t size = 0; size < model.size(); ++size) {
    const std::vector<char> exact(model.begin(),
                                  model.begin() + static_cast<ptrdiff_t>(size));
    const auto count = CountNodes(std::as_bytes(std::span(exact)));
    EXPECT_LE(count.value_or(0), 3u) << size;
    std::vector<char> changed(model.begin(), model.end());
    for (int i = 0; i < 100; ++i) {
      changed[random() % changed.size()] = static_cast<char>(random());
      const auto any = CountNodes(std::as_bytes(std::span(changed)));
      EXPECT_LE(any.value_or(0), changed.size());
    }
  }
}

}  // namespace
}  // namespace onnxifi::loader
