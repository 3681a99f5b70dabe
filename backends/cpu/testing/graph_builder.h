#ifndef ONNXIFI_BACKENDS_CPU_TESTING_GRAPH_BUILDER_H_
#define ONNXIFI_BACKENDS_CPU_TESTING_GRAPH_BUILDER_H_

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/graph_compiler.h"
#include "backends/cpu/cpu_backend.h"
#include "base/str_cat.h"
#include "graph/graph.h"

namespace onnxifi::cpu::testing {

// Standard normal values, the same for the same seed.
inline std::vector<float> Noise(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = normal(random);
  return values;
}

inline int64_t Count(const graph::Shape& dims) {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  return count;
}

inline graph::Attribute IntAttribute(const std::string& name, int64_t value) {
  graph::Attribute a;
  a.name = name;
  a.kind = graph::Attribute::Kind::kInt;
  a.i = value;
  return a;
}
inline graph::Attribute IntsAttribute(const std::string& name,
                                      std::vector<int64_t> values) {
  graph::Attribute a;
  a.name = name;
  a.kind = graph::Attribute::Kind::kInts;
  a.ints = std::move(values);
  return a;
}
inline graph::Attribute FloatAttribute(const std::string& name, float value) {
  graph::Attribute a;
  a.name = name;
  a.kind = graph::Attribute::Kind::kFloat;
  a.f = value;
  return a;
}

// A float32 graph under construction, with every shape declared, and its
// execution through the whole pipeline. For tests of several operators.
class GraphBuilder {
 public:
  GraphBuilder() {
    graph_.ir_version = 10;
    graph_.opsets[""] = 17;
  }

  graph::ValueId Input(graph::Shape dims, unsigned seed) {
    const graph::ValueId id = Value(std::move(dims));
    graph_.inputs.push_back(id);
    feeds_.push_back(Noise(Count(graph_.value(id).dims), seed));
    return id;
  }
  graph::ValueId Constant(graph::Shape dims, std::vector<float> values) {
    const graph::ValueId id = Value(dims);
    auto block = std::make_shared<std::vector<float>>(std::move(values));
    auto tensor = std::make_shared<graph::TensorData>();
    tensor->type = graph::DataType::kFloat;
    tensor->dims = std::move(dims);
    tensor->data = block->data();
    tensor->bytes = block->size() * sizeof(float);
    tensor->owner = std::move(block);
    graph_.value(id).constant = std::move(tensor);
    return id;
  }
  // A constant list of int64 values.
  graph::ValueId IntConstant(std::vector<int64_t> values) {
    const graph::ValueId id = Value({static_cast<int64_t>(values.size())});
    auto block = std::make_shared<std::vector<int64_t>>(std::move(values));
    auto tensor = std::make_shared<graph::TensorData>();
    tensor->type = graph::DataType::kInt64;
    tensor->dims = {static_cast<int64_t>(block->size())};
    tensor->data = block->data();
    tensor->bytes = block->size() * sizeof(int64_t);
    tensor->owner = std::move(block);
    graph_.value(id).type = graph::DataType::kInt64;
    graph_.value(id).constant = std::move(tensor);
    return id;
  }
  graph::ValueId NoiseConstant(graph::Shape dims, unsigned seed) {
    std::vector<float> values = Noise(Count(dims), seed);
    return Constant(std::move(dims), std::move(values));
  }
  graph::ValueId Op(const std::string& op_type,
                    std::vector<graph::ValueId> inputs, graph::Shape out_dims,
                    std::vector<graph::Attribute> attributes = {},
                    int opset = 17) {
    graph::Node node;
    node.name = StrCat(op_type, graph_.nodes.size());
    node.op_type = op_type;
    node.opset = opset;
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    const graph::ValueId out = Value(std::move(out_dims));
    node.outputs = {out};
    graph_.nodes.push_back(std::move(node));
    return out;
  }
  void Output(graph::ValueId id) { graph_.outputs.push_back(id); }

  const graph::Graph& graph() const { return graph_; }

  // Compiles and runs; one vector per output.
  std::vector<std::vector<float>> Run(bool fuse, int threads = 2) const {
    CompilerHooks hooks = MakeCompilerHooks();
    if (!fuse) hooks.rewrite = nullptr;
    const OpRegistry registry(kAllOps);
    ThreadPool pool(threads);
    auto compiled = GraphCompiler::Create(graph_, registry, hooks, pool);
    EXPECT_TRUE(compiled.ok()) << compiled.status().message();
    if (!compiled.ok()) return {};
    std::vector<graph::Shape> shapes;
    for (const graph::ValueId id : graph_.inputs) {
      shapes.push_back(graph_.value(id).dims);
    }
    auto executable = (*compiled)->Specialize(shapes);
    EXPECT_TRUE(executable.ok()) << executable.status().message();
    if (!executable.ok()) return {};
    std::vector<const void*> in;
    for (const std::vector<float>& feed : feeds_) in.push_back(feed.data());
    std::vector<std::vector<float>> results;
    std::vector<void*> out;
    for (const graph::Shape& dims : (*executable)->output_shapes()) {
      results.emplace_back(static_cast<size_t>(Count(dims)), 12345.0f);
    }
    for (std::vector<float>& result : results) out.push_back(result.data());
    EXPECT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
    return results;
  }

 private:
  graph::ValueId Value(graph::Shape dims) {
    graph::Value value;
    value.name = StrCat("v", graph_.values.size());
    value.kind = graph::Value::Kind::kTensor;
    value.type = graph::DataType::kFloat;
    value.has_shape = true;
    value.symbols.assign(dims.size(), "");
    value.dims = std::move(dims);
    graph_.values.push_back(std::move(value));
    return static_cast<graph::ValueId>(graph_.values.size() - 1);
  }

  graph::Graph graph_;
  std::vector<std::vector<float>> feeds_;
};

// The largest |a - b| / (1 + |b|).
inline double MaxError(const std::vector<float>& a,
                       const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  if (a.size() != b.size()) return 1e30;
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double error =
        std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])) /
        (1.0 + std::fabs(static_cast<double>(b[i])));
    if (!(error <= most)) most = error;  // keeps NaN
  }
  return most;
}

}  // namespace onnxifi::cpu::testing

#endif  // ONNXIFI_BACKENDS_CPU_TESTING_GRAPH_BUILDER_H_
