// The same inputs give the same outputs, bit for bit: again, in another graph,
// and whatever was run in between.
#include "conformance/ops/number_tensor.h"
#include "conformance/ops/op_case.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using wire::kFloat;
using wire::ModelBuilder;
using Values = std::vector<HostValue>;

constexpr int kRuns = 10;

// Models whose results depend on the order in which sums are made.
struct Sample {
  const char* name;
  std::string model;
  Shape input;
  Shape output;
};

std::string Weights(const char* name, const std::vector<int64_t>& dims) {
  std::vector<float> values(Count(dims));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i * 7 % 31) / 31.0f - 0.4f;
  }
  return wire::TensorOf(name, kFloat, dims, values);
}

wire::Dims DimsOf(const Shape& shape) { return {shape.begin(), shape.end()}; }

Sample Make(const char* name, const char* op, const Shape& input,
            const Shape& output, const std::vector<int64_t>& weights,
            const wire::Names& attributes = {}) {
  ModelBuilder model(7, 13);
  model.Input("x", kFloat, DimsOf(input)).Output("y", kFloat, DimsOf(output));
  wire::Names inputs = {"x"};
  if (!weights.empty()) {
    model.Initializer(Weights("w", weights));
    inputs.push_back("w");
  }
  model.Node(op, inputs, {"y"}, attributes);
  return {name, model.Build(), input, output};
}

const std::vector<Sample>& Samples() {
  static const std::vector<Sample>& samples = *new std::vector<Sample>{
      Make("mat_mul", "MatMul", {65, 129}, {65, 33}, {129, 33}),
      Make("conv", "Conv", {1, 17, 15, 15}, {1, 33, 13, 13}, {33, 17, 3, 3}),
      Make("reduce_mean", "ReduceMean", {33, 1031}, {33, 1}, {},
           {wire::AttrInts("axes", {1})}),
      Make("reduce_all", "ReduceMean", {65, 129}, {1, 1}, {},
           {wire::AttrInts("axes", {0, 1})}),
      Make("softmax", "Softmax", {17, 129}, {17, 129}, {}),
      Make("average_pool", "AveragePool", {1, 5, 31, 31}, {1, 5, 25, 25}, {},
           {wire::AttrInts("kernel_shape", {7, 7})}),
      Make("exp", "Exp", {3, 1031}, {3, 1031}, {}),
      Make("relu", "Relu", {5, 1031}, {5, 1031}, {}),
  };
  return samples;
}

Values InputOf(const Sample& sample, Test& test) {
  Values values;
  values.emplace_back(ToHost(
      Uniform(DataType::kFloat, sample.input, -2, 3, test.random()), "x"));
  return values;
}

Values OutputOf(const Sample& sample) {
  Values values;
  values.emplace_back(ToHost({DataType::kFloat, sample.output}, "y"));
  return values;
}

void SameInput(Test& test, const Sample& sample) {
  Session session(test);
  if (!session.ready()) return;
  PluginModel model(test, session, sample.model);
  if (!model.ready()) return;
  const Values input = InputOf(sample, test);
  const Values like = OutputOf(sample);
  const auto first = model.Run(input, like, {});
  if (!first.has_value()) return;
  for (int i = 1; i < kRuns; ++i) {
    PluginModel::RunOptions options;
    // At another alignment, too.
    if (i % 2 != 0) options.guard = GuardedBuffer::Guard::kInFront;
    const auto again = model.Run(input, like, options);
    if (!again.has_value()) return;
    CERTIFY_REQUIRE(test, SameBytes(*first, *again), "run ", i + 1, " of ",
                    kRuns, " of the same input gives another result");
  }
}

// Another input in between leaves nothing, and gives a result of its own.
void OtherInputBetween(Test& test, const Sample& sample) {
  Session session(test);
  if (!session.ready()) return;
  PluginModel model(test, session, sample.model);
  if (!model.ready()) return;
  const Values input = InputOf(sample, test);
  const Values other = InputOf(sample, test);
  const Values like = OutputOf(sample);
  const auto first = model.Run(input, like, {});
  if (!first.has_value()) return;
  for (int i = 0; i < 4; ++i) {
    const auto between = model.Run(other, like, {});
    if (!between.has_value()) return;
    CERTIFY_REQUIRE(test, !SameBytes(*first, *between),
                    "the result of the run before is given again for another "
                    "input");
    const auto again = model.Run(input, like, {});
    if (!again.has_value()) return;
    CERTIFY_REQUIRE(test, SameBytes(*first, *again),
                    "the result differs after a run of another input");
  }
}

// Compiled again, and beside a graph of another model.
void AcrossGraphs(Test& test, const Sample& sample) {
  Session session(test);
  if (!session.ready()) return;
  const Values input = InputOf(sample, test);
  const Values like = OutputOf(sample);
  std::optional<Values> first;
  for (int i = 0; i < 3; ++i) {
    PluginModel model(test, session, sample.model);
    if (!model.ready()) return;
    auto got = model.Run(input, like, {});
    if (!got.has_value()) return;
    if (!first.has_value()) {
      first = std::move(got);
      continue;
    }
    CERTIFY_REQUIRE(test, SameBytes(*first, *got),
                    "the same model compiled again gives another result");
  }
}

void BesideAnother(Test& test, const Sample& sample) {
  Session session(test);
  if (!session.ready()) return;
  if (session.InfoNumber(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 1) < 2) {
    test.Unsupported("the backend has room for one graph");
    return;
  }
  const Sample& other =
      &sample == &Samples().front() ? Samples().back() : Samples().front();
  PluginModel model(test, session, sample.model);
  PluginModel beside(test, session, other.model);
  if (!model.ready() || !beside.ready()) return;
  const Values input = InputOf(sample, test);
  const Values like = OutputOf(sample);
  const auto first = model.Run(input, like, {});
  for (int i = 0; first.has_value() && i < 3; ++i) {
    if (!beside.Run(InputOf(other, test), OutputOf(other), {}).has_value()) {
      return;
    }
    const auto again = model.Run(input, like, {});
    if (!again.has_value()) return;
    CERTIFY_REQUIRE(test, SameBytes(*first, *again),
                    "the result differs after a run of another graph");
  }
}

}  // namespace

void AddDeterminismTests(TestList* list) {
  struct Row {
    const char* name;
    void (*run)(Test&, const Sample&);
  };
  constexpr Row kRows[] = {{"same_input", &SameInput},
                           {"other_input_between", &OtherInputBetween},
                           {"across_graphs", &AcrossGraphs},
                           {"beside_another", &BesideAnother}};
  for (const Sample& sample : Samples()) {
    for (const Row& row : kRows) {
      list->Add(StrCat("determinism/", sample.name, "_", row.name), {"R-175"},
                [&sample, run = row.run](Test& test) { run(test, sample); });
    }
  }
}

}  // namespace onnxifi::conformance
