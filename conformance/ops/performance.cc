// How long things take. Nothing here is a promise: the numbers are for people.
#include <chrono>

#include "conformance/ops/number_tensor.h"
#include "conformance/ops/op_case.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using wire::kFloat;
using wire::ModelBuilder;

constexpr int kRuns = 20;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

struct Timed {
  const char* name;
  const char* op;
  Shape input;
  Shape weights;  // empty: none
  Shape output;
};

const std::vector<Timed>& Table() {
  static const std::vector<Timed>& table = *new std::vector<Timed>{
      {"add_small", "Add", {16}, {16}, {16}},
      {"relu_large", "Relu", {1024, 1024}, {}, {1024, 1024}},
      {"mat_mul", "MatMul", {256, 256}, {256, 256}, {256, 256}},
      {"conv", "Conv", {1, 64, 56, 56}, {64, 64, 3, 3}, {1, 64, 54, 54}},
      {"softmax", "Softmax", {128, 1000}, {}, {128, 1000}},
  };
  return table;
}

std::string ModelOf(const Timed& timed) {
  const auto dims = [](const Shape& shape) {
    return wire::Dims(shape.begin(), shape.end());
  };
  ModelBuilder model(7, 13);
  model.Input("x", kFloat, dims(timed.input))
      .Output("y", kFloat, dims(timed.output));
  wire::Names inputs = {"x"};
  if (!timed.weights.empty()) {
    inputs.push_back("w");
    model.Initializer(
        wire::TensorOf("w", kFloat, timed.weights,
                       std::vector<float>(Count(timed.weights), 0.01f)));
  }
  return model.Node(timed.op, inputs, {"y"}).Build();
}

void Measure(Test& test, const Timed& timed) {
  const std::string bytes = ModelOf(timed);
  // Outlive the graph to which they are bound.
  const HostTensor x =
      ToHost(Uniform(DataType::kFloat, timed.input, -1, 1, test.random()), "");
  HostTensor y = ToHost({DataType::kFloat, timed.output}, "");
  Clock::time_point start = Clock::now();
  Session session(test);
  if (!session.ready() || session.backend() == nullptr) return;
  test.Show("load_ms", MillisecondsSince(start));
  test.Count();
  const onnxStatus answer = test.plugin().onnxGetBackendCompatibility(
      session.id(), bytes.size(), bytes.data());
  if (answer != ONNXIFI_STATUS_SUCCESS && answer != ONNXIFI_STATUS_FALLBACK) {
    test.Unsupported(StatusText(answer));
    return;
  }
  start = Clock::now();
  onnxGraph graph = session.NewGraph(bytes);
  if (graph == nullptr) return;
  test.Show("compile_ms", MillisecondsSince(start));
  const std::vector<uint64_t> in(timed.input.begin(), timed.input.end());
  const std::vector<uint64_t> out(timed.output.begin(), timed.output.end());
  const onnxTensorDescriptorV1 from =
      Describe("x", ONNXIFI_DATATYPE_FLOAT32, in, x.bytes().data());
  const onnxTensorDescriptorV1 to =
      Describe("y", ONNXIFI_DATATYPE_FLOAT32, out, y.bytes().data());
  CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 1, &from, 1, &to),
                 ONNXIFI_STATUS_SUCCESS, "to measure a run");
  double first = 0;
  double best = 0;
  for (int i = 0; i < kRuns && !test.failed(); ++i) {
    start = Clock::now();
    if (!session.Run(graph)) return;
    const double taken = MillisecondsSince(start);
    if (i == 0) first = taken;
    if (i <= 1 || taken < best) best = taken;
  }
  test.Show("first_run_ms", first);
  test.Show("best_run_ms", best);
}

}  // namespace

void AddPerformanceTests(TestList* list) {
  for (const Timed& timed : Table()) {
    list->Add(StrCat("performance/", timed.name), {},
              [&timed](Test& test) { Measure(test, timed); });
  }
}

}  // namespace onnxifi::conformance
