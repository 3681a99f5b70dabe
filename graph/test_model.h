#ifndef ONNXIFI_GRAPH_TEST_MODEL_H_
#define ONNXIFI_GRAPH_TEST_MODEL_H_

#include <onnx/onnx_pb.h>

#include <span>
#include <string>
#include <string_view>

#include "graph/onnx_reader.h"

namespace onnxifi::graph {

// For tests: a model from ONNX's text form. Fails the test on a syntax error.
onnx::ModelProto ModelFromText(const char* text);

// The usual header and one graph: "add (float[2,3] a, ...) => (...) { ... }".
onnx::ModelProto SmallModel(std::string_view graph_text, int opset = 17);

// `add` of the conformance checklist: inputs a, b, output c, float [2,3].
onnx::ModelProto AddModel();

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

Result<Graph> ReadProto(const onnx::ModelProto& model,
                        const ReadOptions& options = {});

// The status of reading, OK when it succeeds.
Status StatusOf(const onnx::ModelProto& model, const ReadOptions& options = {});

// The value of this name; fails the test when there is none.
const Value& ValueNamed(const Graph& graph, std::string_view name);

// A float tensor with elements 1, 2, 3, ...
TensorPtr FloatTensor(const Shape& dims);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_TEST_MODEL_H_
