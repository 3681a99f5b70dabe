// A step of LSTM whose gates are cut.
#include <algorithm>
#include <cmath>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

NumberTensor Filled(DataType type, const Shape& shape, double value) {
  NumberTensor tensor(type, shape);
  for (double& each : tensor.v) each = value;
  return tensor;
}

// One unit, one step, from a state of 0: every gate sees the same number.
OpCase ClipCase(DataType type, double x, double weight, double clip) {
  OpCase each;
  each.op = "LSTM";
  each.what = StrCat("gates of ", x * weight, ", cut at ", clip);
  each.attributes = {wire::AttrInt("hidden_size", 1),
                     wire::AttrFloat("clip", static_cast<float>(clip))};
  each.inputs = {Filled(type, {1, 1, 1}, x), Filled(type, {1, 4, 1}, weight),
                 Filled(type, {1, 4, 1}, 0.0)};
  const double gate = std::min(std::max(x * weight, -clip), clip);
  const double cell = Sigmoid(gate) * std::tanh(gate);
  const double hidden = Sigmoid(gate) * std::tanh(cell);
  const auto expect = [&](Shape shape, double value) {
    Expected y;
    y.want = Filled(type, shape, value);
    y.bound = {ChainBound(type, 64, value)};
    return y;
  };
  each.outputs = {expect({1, 1, 1, 1}, hidden), expect({1, 1, 1}, hidden),
                  expect({1, 1, 1}, cell)};
  return each;
}

void Clip(Test& test, DataType type) {
  OpRunner runner(test);
  for (const double clip : {0.25, 0.5, 2.0}) {
    for (const double weight : {0.125, 1.0, 3.0, -3.0}) {
      runner.Run(ClipCase(type, 1.0, weight, clip));
    }
  }
}

}  // namespace

void AddEdgeRecurrent(TestList* list) {
  AddEdge(list, "lstm_clip", DataType::kFloat,
          [](Test& test) { Clip(test, DataType::kFloat); });
}

}  // namespace onnxifi::conformance
