#include "client/model_info.h"

#include <gtest/gtest.h>

#include "base/model_builder.h"

namespace onnxifi::client {
namespace {

namespace fx = wire;

Result<ModelInfo> Read(const std::string& model) {
  return ReadModelInfo(std::as_bytes(std::span(model)));
}

TEST(ModelInfoTest, ReadsTypesShapesAndWeights) {
  const std::string model =
      fx::ModelBuilder()
          .Input("x", fx::kFloat, {"N", 3, ""})
          .Input("w", fx::kFloat, {2})
          .Output("y", fx::kInt64, {})
          .Output("n", fx::kFloat, {-5})
          .OutputOfType("s", fx::SequenceType(fx::TensorType(fx::kFloat, {})))
          .OutputOfType("u", fx::UnshapedTensorType(fx::kBool))
          .Initializer(fx::TensorOf<float>("w", fx::kFloat, {2}, {1, 2}))
          .Node("Foo", {"x", "w"}, {"y", "s", "u"})
          .Build();
  const Result<ModelInfo> info = Read(model);
  ASSERT_TRUE(info.ok()) << info.status().message();
  const ModelInfo& m = info.value();
  EXPECT_EQ(m.nodes, 1u);
  ASSERT_EQ(m.inputs.size(), 2u);
  EXPECT_EQ(TypeText(m.inputs[0]), "float32 Nx3x?");
  EXPECT_EQ(m.inputs[0].dims, (graph::Shape{-1, 3, -1}));
  ASSERT_EQ(m.RuntimeInputs().size(), 1u);
  EXPECT_EQ(m.RuntimeInputs()[0].name, "x");
  EXPECT_EQ(TypeText(m.outputs[0]), "int64 scalar");
  EXPECT_EQ(m.outputs[1].dims, graph::Shape{-1});
  EXPECT_EQ(TypeText(m.outputs[2]), "sequence of float32 scalar");
  EXPECT_EQ(TypeText(m.outputs[3]), "bool (shape unknown)");
  EXPECT_TRUE(NotCarried(m.outputs[0]).empty());
  EXPECT_NE(NotCarried(m.outputs[2]).find("sequence"), std::string::npos);
}

std::string OptionalType(const std::string& element) {
  return fx::WireWriter()
      .Bytes(9, fx::WireWriter().Bytes(1, element).bytes())
      .bytes();
}

TEST(ModelInfoTest, ReadsNestedTypes) {
  const std::string floats = fx::TensorType(fx::kFloat, {2});
  const std::string map =
      fx::WireWriter()
          .Bytes(5, fx::WireWriter().Varint(1, 7).Bytes(2, floats).bytes())
          .bytes();
  const Result<ModelInfo> info =
      Read(fx::ModelBuilder()
               .InputOfType("x", OptionalType(fx::SequenceType(floats)))
               .OutputOfType("y", fx::SequenceType(map))
               .Node("Foo", {"x"}, {"y"})
               .Build());
  ASSERT_TRUE(info.ok()) << info.status().message();
  EXPECT_EQ(TypeText(info->inputs[0]), "optional sequence of float32 2");
  EXPECT_EQ(TypeText(info->outputs[0]), "sequence of map int64 to float32 2");
  EXPECT_TRUE(NeedsValues(*info));
}

TEST(ModelInfoTest, DeepTypesAreAnError) {
  std::string type = fx::TensorType(fx::kFloat, {});
  for (int i = 0; i < 100; ++i) type = fx::SequenceType(type);
  EXPECT_FALSE(Read(fx::ModelBuilder().InputOfType("x", type).Build()).ok());
}

TEST(ModelInfoTest, OpenOutputShapesNeedValues) {
  const auto needs = [](const fx::Dims& in, const fx::Dims& out) {
    const Result<ModelInfo> info = Read(fx::ModelBuilder()
                                            .Input("x", fx::kFloat, in)
                                            .Output("y", fx::kFloat, out)
                                            .Build());
    return NeedsValues(info.value());
  };
  EXPECT_FALSE(needs({2}, {2}));
  EXPECT_FALSE(needs({"N"}, {2})) << "inputs come with their shapes";
  EXPECT_TRUE(needs({2}, {"N"}));
  EXPECT_TRUE(needs({2}, {2, ""}));
}

TEST(ModelInfoTest, StringsAndNewTypesAreNotCarried) {
  ValueInfo value;
  value.name = "x";
  value.kind = ValueInfo::Kind::kTensor;
  value.type = graph::DataType::kString;
  EXPECT_EQ(NotCarried(value),
            "'x' is a string tensor, which an interface 1.0 descriptor cannot "
            "carry");
  value.type = graph::DataType::kInt4;
  EXPECT_NE(NotCarried(value).find("int4"), std::string::npos);
  value.type = graph::DataType::kBfloat16;
  EXPECT_EQ(NotCarried(value), "");
}

TEST(ModelInfoTest, EveryTruncationIsAnErrorOrAWholeModel) {
  const std::string model = fx::ModelBuilder()
                                .Input("x", fx::kFloat, {2, 3})
                                .Output("y", fx::kFloat, {2, 3})
                                .Node("Relu", {"x"}, {"y"})
                                .Build();
  ASSERT_TRUE(Read(model).ok());
  for (size_t size = 0; size < model.size(); ++size) {
    EXPECT_FALSE(Read(model.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Read(model + model).ok()) << "two graphs";
}

}  // namespace
}  // namespace onnxifi::client
