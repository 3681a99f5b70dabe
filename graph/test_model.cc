#include "graph/test_model.h"

#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include "base/str_cat.h"

namespace onnxifi::graph {

onnx::ModelProto ModelFromText(const char* text) {
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(model, text);
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

onnx::ModelProto SmallModel(std::string_view graph_text, int opset) {
  return ModelFromText(StrCat("<ir_version: 8, opset_import: [\"\" : ", opset,
                              "]>\n", graph_text)
                           .c_str());
}

onnx::ModelProto AddModel() {
  return SmallModel(
      "add (float[2,3] a, float[2,3] b) => (float[2,3] c) { c = Add(a, b) }");
}

Result<Graph> ReadProto(const onnx::ModelProto& model,
                        const ReadOptions& options) {
  // Constants may point into the bytes: they live as long as the graph does.
  auto bytes = std::make_shared<const std::string>(model.SerializeAsString());
  ReadOptions with_owner = options;
  with_owner.owner = bytes;
  return ReadModel(AsBytes(*bytes), with_owner);
}

Status StatusOf(const onnx::ModelProto& model, const ReadOptions& options) {
  return ReadProto(model, options).status();
}

const Value& ValueNamed(const Graph& graph, std::string_view name) {
  for (const Value& value : graph.values) {
    if (value.name == name) return value;
  }
  ADD_FAILURE() << "no value " << name;
  static const Value& none = *new Value();
  return none;
}

TensorPtr FloatTensor(const Shape& dims) {
  Result<NewTensor> made = MakeTensor(DataType::kFloat, dims);
  EXPECT_TRUE(made.ok());
  auto* out = static_cast<float*>(made->data);
  for (size_t i = 0; i < made->tensor->bytes / sizeof(float); ++i) {
    out[i] = static_cast<float>(i + 1);
  }
  return made->tensor;
}

}  // namespace onnxifi::graph
