#ifndef ONNXIFI_BACKENDS_CPU_TESTING_GRADIENT_TESTER_H_
#define ONNXIFI_BACKENDS_CPU_TESTING_GRADIENT_TESTER_H_

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backends/cpu/testing/model_runner.h"
#include "base/str_cat.h"

namespace onnxifi::cpu::testing {

// "a", "b" with quotes, for ONNX's text form.
inline std::string QuotedList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += StrCat(list.empty() ? "" : ", ", "\"", name, "\"");
  }
  return list;
}
inline std::string PlainList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += StrCat(list.empty() ? "" : ", ", name);
  }
  return list;
}

// A model with Gradient nodes from ONNX's text form.
inline onnx::ModelProto GradientModel(const std::string& inputs,
                                      const std::string& nodes,
                                      const std::vector<std::string>& outputs,
                                      int opset = 21) {
  onnx::ModelProto model = graph::ModelFromText(
      StrCat("<ir_version: 8, opset_import: [\"\" : ", opset,
             ", \"ai.onnx.preview.training\" : 1]>\ng (", inputs, ") => () {\n",
             nodes, "\n}")
          .c_str());
  for (const std::string& output : outputs) {
    model.mutable_graph()->add_output()->set_name(output);
  }
  return model;
}

// The outputs of a model of float32, each empty when the run fails.
inline std::vector<std::vector<float>> RunModel(const onnx::ModelProto& model,
                                                std::vector<RunValue> feeds) {
  ModelRunner runner(model);
  const Status status = runner.Run(std::move(feeds));
  EXPECT_TRUE(status.ok()) << status.message();
  std::vector<std::vector<float>> outputs(
      static_cast<size_t>(model.graph().output_size()));
  if (!status.ok()) return outputs;
  for (size_t o = 0; o < outputs.size(); ++o) {
    outputs[o] = runner.Output<float>(o);
  }
  return outputs;
}

// Compares the gradients of sum(sin(y)) with central differences, and then
// those of sum(sin(gradient)). `nodes` compute y from inputs of float64, or of
// float32 for operators that have no more:
//   GradientTester("double[2,3] a, double[3] b", "y = Add(a, b)").Check();
class GradientTester {
 public:
  GradientTester(std::string inputs, std::string nodes)
      : inputs_(std::move(inputs)),
        nodes_(std::move(nodes)),
        single_(inputs_.starts_with("float")) {}

  // The inputs' elements are drawn from here.
  GradientTester& Range(double low, double high) {
    low_ = low;
    high_ = high;
    return *this;
  }
  GradientTester& Opset(int opset) {
    opset_ = opset;
    return *this;
  }
  // Sizes of symbolic dimensions.
  GradientTester& Sizes(std::map<std::string, int64_t> sizes) {
    sizes_ = std::move(sizes);
    return *this;
  }
  GradientTester& FirstOrder() {
    second_order_ = false;
    return *this;
  }

  void Check() {
    SCOPED_TRACE(StrCat(nodes_, " of ", inputs_));
    onnx::ModelProto model = Model();
    MakeFeeds(model);
    ModelRunner runner(model);
    const std::vector<std::vector<double>> results = Results(runner, model);
    for (size_t first = 0; first < results.size(); first += 1 + xs_.size()) {
      for (size_t x = 0; x < xs_.size(); ++x) {
        Compare(runner, first, x, results[first + 1 + x]);
      }
    }
  }

  // Every output: each function, followed by its gradients.
  std::vector<std::vector<double>> Run() {
    const onnx::ModelProto model = Model();
    MakeFeeds(model);
    ModelRunner runner(model);
    return Results(runner, model);
  }

 private:
  std::vector<std::vector<double>> Results(ModelRunner& runner,
                                           const onnx::ModelProto& model) {
    std::vector<std::vector<double>> results;
    EXPECT_TRUE(runner.status().ok()) << runner.status().message();
    if (!runner.status().ok()) return results;
    const Status status = runner.Run(Feeds());
    EXPECT_TRUE(status.ok()) << status.message();
    if (!status.ok()) return results;
    for (int o = 0; o < model.graph().output_size(); ++o) {
      results.push_back(Output(runner, static_cast<size_t>(o)));
    }
    return results;
  }

  onnx::ModelProto Model() {
    const onnx::ModelProto plain = GradientModel(inputs_, nodes_, {}, opset_);
    xs_.clear();
    for (const auto& input : plain.graph().input()) {
      xs_.push_back(input.name());
    }
    std::string nodes = nodes_ + "\n_q = Sin(y)\n";
    std::vector<std::string> outputs;
    std::vector<std::string> gradients;
    const auto differentiate = [&](const std::string& of) {
      std::vector<std::string> made;
      for (const std::string& x : xs_) made.push_back(StrCat("_d", of, "_", x));
      nodes += StrCat(
          PlainList(made), " = ai.onnx.preview.training.Gradient <xs = [",
          QuotedList(xs_), "], y = \"", of, "\"> (", PlainList(xs_), ")\n");
      outputs.push_back(of);
      outputs.insert(outputs.end(), made.begin(), made.end());
      gradients = made;
    };
    differentiate("_q");
    if (second_order_) {
      for (const std::string& gradient : std::vector(gradients)) {
        nodes += StrCat("_s", gradient, " = Sin(", gradient, ")\n");
        differentiate(StrCat("_s", gradient));
      }
    }
    return GradientModel(inputs_, nodes, outputs, opset_);
  }

  void MakeFeeds(const onnx::ModelProto& model) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(low_, high_);
    for (const auto& input : model.graph().input()) {
      graph::Shape dims;
      for (const auto& dim : input.type().tensor_type().shape().dim()) {
        dims.push_back(dim.has_dim_value() ? dim.dim_value()
                                           : sizes_[dim.dim_param()]);
      }
      int64_t count = 1;
      for (const int64_t dim : dims) count *= dim;
      std::vector<double> values(static_cast<size_t>(count));
      for (double& value : values) value = uniform(random);
      names_.push_back(input.name());
      dims_.push_back(std::move(dims));
      values_.push_back(std::move(values));
    }
  }

  std::vector<RunValue> Feeds() const {
    std::vector<RunValue> feeds;
    for (size_t i = 0; i < values_.size(); ++i) {
      const std::vector<double>& values = values_[i];
      feeds.push_back(
          single_ ? TensorOf<float>(dims_[i], {values.begin(), values.end()})
                  : TensorOf<double>(dims_[i], values));
    }
    return feeds;
  }

  std::vector<double> Output(const ModelRunner& runner, size_t output) const {
    if (!single_) return runner.Output<double>(output);
    const std::vector<float> values = runner.Output<float>(output);
    return {values.begin(), values.end()};
  }

  double SumOf(ModelRunner& runner, size_t output) {
    const Status status = runner.Run(Feeds());
    EXPECT_TRUE(status.ok()) << status.message();
    if (!status.ok()) return NAN;
    const std::vector<double> values = Output(runner, output);
    return std::accumulate(values.begin(), values.end(), 0.0);
  }

  // With a step of 1e-5 the differences' own error is about 1e-10 times the
  // third derivative, and rounding adds 1e-16 / 1e-5 for each term of the sum;
  // of float32, with 1e-2, it is 1e-4 and 1e-7 / 1e-2.
  void Compare(ModelRunner& runner, size_t output, size_t x,
               const std::vector<double>& gradient) {
    const double step = single_ ? 1e-2 : 1e-5;
    const double tolerance = single_ ? 1e-3 : 2e-7;
    const size_t feed = static_cast<size_t>(
        std::find(names_.begin(), names_.end(), xs_[x]) - names_.begin());
    std::vector<double>& values = values_[feed];
    ASSERT_EQ(gradient.size(), values.size()) << xs_[x];
    for (size_t i = 0; i < values.size(); ++i) {
      const double old = values[i];
      values[i] = old + step;
      const double above = SumOf(runner, output);
      values[i] = old - step;
      const double below = SumOf(runner, output);
      values[i] = old;
      const double expected = (above - below) / (2 * step);
      EXPECT_NEAR(gradient[i], expected, tolerance * (1 + std::fabs(expected)))
          << "output " << output << ", " << xs_[x] << "[" << i << "]";
    }
  }

  std::string inputs_;
  std::string nodes_;
  bool single_ = false;
  double low_ = -1.5;
  double high_ = 1.5;
  int opset_ = 21;
  bool second_order_ = true;
  std::map<std::string, int64_t> sizes_;
  std::vector<std::string> xs_;
  std::vector<std::string> names_;
  std::vector<graph::Shape> dims_;
  std::vector<std::vector<double>> values_;
};

}  // namespace onnxifi::cpu::testing

#endif  // ONNXIFI_BACKENDS_CPU_TESTING_GRADIENT_TESTER_H_
