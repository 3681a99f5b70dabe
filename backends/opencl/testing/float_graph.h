#ifndef ONNXIFI_BACKENDS_OPENCL_TESTING_FLOAT_GRAPH_H_
#define ONNXIFI_BACKENDS_OPENCL_TESTING_FLOAT_GRAPH_H_

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"
#include "graph/graph.h"

namespace onnxifi::opencl {

// Graphs by hand, of float32; inputs and constants have noise.
struct FloatGraph {
  graph::Graph graph;
  std::vector<graph::Shape> shapes;
  std::vector<std::vector<std::byte>> feeds;

  graph::ValueId Add(const graph::Shape& dims) {
    graph::Value value;
    value.name = StrCat("v", graph.values.size());
    value.kind = graph::Value::Kind::kTensor;
    value.type = graph::DataType::kFloat;
    value.has_shape = true;
    value.symbols.assign(dims.size(), "");
    value.dims = dims;
    graph.values.push_back(std::move(value));
    return static_cast<graph::ValueId>(graph.values.size() - 1);
  }
  void Noise(void* to, const graph::Shape& dims) {
    std::mt19937 random(unsigned(graph.values.size()));
    std::normal_distribution<float> normal;
    for (int64_t i = 0; i < Product(dims); ++i) {
      static_cast<float*>(to)[i] = normal(random);
    }
  }
  // An unknown dimension is -1, and `actual` has what it is in the run.
  graph::ValueId Input(const graph::Shape& dims, const graph::Shape& actual) {
    graph.inputs.push_back(Add(dims));
    shapes.push_back(actual);
    feeds.emplace_back(size_t(Product(actual)) * sizeof(float));
    Noise(feeds.back().data(), actual);
    return graph.inputs.back();
  }
  graph::ValueId Constant(const graph::Shape& dims) {
    const graph::ValueId id = Add(dims);
    graph::NewTensor made = *graph::MakeTensor(graph::DataType::kFloat, dims);
    Noise(made.data, dims);
    graph.value(id).constant = made.tensor;
    return id;
  }
  graph::ValueId Op(const char* op, std::vector<graph::ValueId> inputs,
                    const graph::Shape& dims) {
    graph::Node node;
    node.name = StrCat(op, graph.nodes.size());
    node.op_type = op;
    node.opset = 17;
    node.inputs = std::move(inputs);
    node.outputs = {Add(dims)};
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back().outputs[0];
  }
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_TESTING_FLOAT_GRAPH_H_
