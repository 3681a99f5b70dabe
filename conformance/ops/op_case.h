#ifndef ONNXIFI_CONFORMANCE_OPS_OP_CASE_H_
#define ONNXIFI_CONFORMANCE_OPS_OP_CASE_H_

#include <string>
#include <vector>

#include "base/model_builder.h"
#include "conformance/cases/plugin_model.h"
#include "conformance/harness/session.h"
#include "conformance/harness/test.h"
#include "conformance/ops/number_tensor.h"

namespace onnxifi::conformance {

// An input of an operator: a run-time input of the model, a constant in it, or
// none at all.
struct OpInput {
  enum class Kind { kRuntime, kConstant, kOmitted };
  NumberTensor tensor;
  Kind kind = Kind::kRuntime;

  OpInput() : kind(Kind::kOmitted) {}
  OpInput(NumberTensor given) : tensor(std::move(given)) {}  // NOLINT: implicit
};
OpInput Constant(NumberTensor tensor);
// Numbers as a 1-D constant of int64, as shapes and axes are given.
OpInput ConstantInts(const std::vector<int64_t>& values);

// What an operator must give.
struct Expected {
  NumberTensor want;
  // Of each element, what it may be off; empty: nothing.
  std::vector<double> bound;
  // What it may be instead, when inputs too small for normal numbers count as
  // 0; empty: nothing else.
  std::vector<double> flushed;
  // Bit for bit, but for what a NaN holds: signs of zeros count.
  bool bitwise = false;
};

// One operator on one set of inputs.
struct OpCase {
  std::string what;  // for messages: shapes and attributes
  std::string op;
  std::vector<OpInput> inputs;
  wire::Names attributes;
  std::vector<Expected> outputs;
  int opset = 13;
};

// Runs operators on the plugin and compares. What they were off is shown at
// the end, and how many were refused. Not thread-safe.
class OpRunner {
 public:
  explicit OpRunner(Test& test);
  ~OpRunner();
  OpRunner(const OpRunner&) = delete;
  OpRunner& operator=(const OpRunner&) = delete;

  void Run(const OpCase& each);
  Test& test() { return test_; }

 private:
  Test& test_;
  Session session_;
  size_t runs_ = 0;
  size_t refused_ = 0;
  double worst_ = 0;
};

// The model of a case, with inputs x0, x1, ... and outputs y0, y1, ...
std::string ModelOf(const OpCase& each);

// What is wrong with a result; empty: nothing. `worst` grows to the largest
// error against its bound.
std::string Mismatch(const Expected& expected, const client::HostTensor& got,
                     double* worst);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_OP_CASE_H_
