#ifndef ONNXIFI_BACKENDS_CPU_TESTING_MODEL_RUNNER_H_
#define ONNXIFI_BACKENDS_CPU_TESTING_MODEL_RUNNER_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/common/gradient/expand_gradients.h"
#include "backends/common/testing/op_tester.h"
#include "backends/common/value_graph.h"
#include "backends/cpu/cpu_backend.h"
#include "graph/test_model.h"

namespace onnxifi::cpu::testing {

template <typename T>
RunValue TensorOf(graph::Shape dims, const std::vector<T>& values) {
  Result<graph::NewTensor> made =
      graph::MakeTensor(onnxifi::testing::TypeOf<T>(), std::move(dims));
  EXPECT_TRUE(made.ok());
  EXPECT_EQ(made->tensor->bytes, values.size() * sizeof(T));
  std::copy(values.begin(), values.end(), static_cast<T*>(made->data));
  return RunValue::Tensor(made->tensor);
}

template <typename T>
std::vector<T> ElementsOf(const RunValue& value) {
  EXPECT_TRUE(value.is_tensor()) << RunValueKindName(value.kind);
  if (!value.is_tensor()) return {};
  EXPECT_EQ(value.tensor->type, onnxifi::testing::TypeOf<T>());
  const T* const data = Elements<T>(*value.tensor);
  return std::vector<T>(data, data + value.tensor->bytes / sizeof(T));
}

// A model in ONNX's text form, read, compiled and run on the CPU backend.
class ModelRunner {
 public:
  // One graph, "name (inputs) => (outputs) { nodes }".
  explicit ModelRunner(std::string_view graph_text, int opset = 21)
      : ModelRunner(graph::SmallModel(graph_text, opset)) {}
  explicit ModelRunner(const onnx::ModelProto& model) {
    Result<graph::Graph> graph = graph::ReadProto(model);
    status_ = graph.status();
    if (!graph.ok()) return;
    status_ = ExpandGradients(*graph);
    if (!status_.ok()) return;
    for (const graph::Node& node : graph->nodes) {
      const Reject why = registry_.Supports(NodeView(*graph, node));
      if (why.supported() || !status_.ok()) continue;
      status_ = Status(RejectStatus(why.reason),
                       std::string(RejectText(why.reason)) + why.detail);
    }
    if (!status_.ok()) return;
    Result<std::unique_ptr<CompiledGraph>> compiled = CompileGraph(
        std::move(graph).value(), registry_, MakeCompilerHooks(), pool_);
    status_ = compiled.status();
    if (compiled.ok()) compiled_ = std::move(compiled).value();
  }

  const Status& status() const { return status_; }
  bool by_value() const { return compiled_->by_value(); }
  CompiledGraph& compiled() { return *compiled_; }

  Status Run(std::vector<RunValue> inputs) {
    if (!status_.ok()) return status_;
    outputs_.clear();
    if (by_value()) {
      return compiled_->RunValues(scope_, std::move(inputs), &outputs_);
    }
    std::vector<graph::Shape> shapes;
    std::vector<const void*> in;
    for (const RunValue& input : inputs) {
      shapes.push_back(input.tensor->dims);
      in.push_back(input.tensor->data);
    }
    if (program_ == nullptr || shapes != shapes_) {
      ONNXIFI_ASSIGN_OR_RETURN(program_, compiled_->Specialize(shapes));
      shapes_ = std::move(shapes);
    }
    std::vector<void*> out;
    for (size_t o = 0; o < program_->output_shapes().size(); ++o) {
      ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                               graph::MakeTensor(program_->output_types()[o],
                                                 program_->output_shapes()[o]));
      out.push_back(made.data);
      outputs_.push_back(RunValue::Tensor(std::move(made.tensor)));
    }
    const onnxStatus code = program_->Run(in, out);
    return code == ONNXIFI_STATUS_SUCCESS ? Status::Ok()
                                          : Status(code, "the run failed");
  }

  const RunValue& output(size_t i) const { return outputs_[i]; }
  const graph::Shape& dims(size_t i) const { return outputs_[i].tensor->dims; }
  template <typename T>
  std::vector<T> Output(size_t i) const {
    return ElementsOf<T>(outputs_[i]);
  }

 private:
  OpRegistry registry_{kAllOps};
  ThreadPool pool_{2};
  Status status_;
  std::unique_ptr<CompiledGraph> compiled_;
  std::unique_ptr<Executable> program_;  // for shapes_
  std::vector<graph::Shape> shapes_;
  RunScope scope_;
  std::vector<RunValue> outputs_;
};

}  // namespace onnxifi::cpu::testing

#endif  // ONNXIFI_BACKENDS_CPU_TESTING_MODEL_RUNNER_H_
