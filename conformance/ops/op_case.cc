#include "conformance/ops/op_case.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "client/text.h"
#include "conformance/ops/error_bound.h"
#include "conformance/runner/suite.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {
namespace {

using client::NumberText;

wire::Dims DimsOf(const Shape& shape) {
  return wire::Dims(shape.begin(), shape.end());
}

std::string InputName(size_t i) { return StrCat("x", i); }
std::string OutputName(size_t i) { return StrCat("y", i); }

// Whether `got` is what `want` may become.
bool Allowed(DataType type, double want, double got, double bound) {
  if (std::isnan(want) || std::isnan(got)) {
    return std::isnan(want) && std::isnan(got);
  }
  const double largest = LargestFinite(type);
  if (std::isinf(got)) {
    return std::signbit(got) == std::signbit(want) &&
           (std::isinf(want) || std::fabs(want) + bound > largest);
  }
  if (std::isinf(want)) return false;
  return std::fabs(got - want) <= bound;
}

std::string Show(const Expected& expected, const HostTensor& got, size_t i) {
  return StrCat(
      "element ", i, " is ",
      NumberText(client::ElementAsDouble(got, static_cast<int64_t>(i)), 9),
      ", not ", NumberText(expected.want.v[i], 9),
      expected.bound.empty()
          ? std::string()
          : StrCat(" within ", NumberText(expected.bound[i], 3)));
}

std::string BitMismatch(const NumberTensor& want, const HostTensor& got) {
  for (size_t i = 0; i < want.bits.size(); ++i) {
    const uint64_t bits = client::ElementAsBits(got, static_cast<int64_t>(i));
    if (bits == want.bits[i]) continue;
    return StrCat("element ", i, " has the bits ", bits, ", not ",
                  want.bits[i]);
  }
  return "";
}

}  // namespace

OpInput Constant(NumberTensor tensor) {
  OpInput input(std::move(tensor));
  input.kind = OpInput::Kind::kConstant;
  return input;
}

OpInput ConstantInts(const std::vector<int64_t>& values) {
  NumberTensor tensor(DataType::kInt64, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.v[i] = static_cast<double>(values[i]);
  }
  return Constant(std::move(tensor));
}

std::string ModelOf(const OpCase& each) {
  wire::ModelBuilder model(each.opset >= 15 ? 8 : 7, each.opset);
  wire::Names inputs;
  for (size_t i = 0; i < each.inputs.size(); ++i) {
    const OpInput& input = each.inputs[i];
    const auto type = static_cast<int32_t>(input.tensor.type);
    const std::string name = InputName(i);
    inputs.push_back(input.kind == OpInput::Kind::kOmitted ? "" : name);
    if (input.kind == OpInput::Kind::kRuntime) {
      model.Input(name, type, DimsOf(input.tensor.dims));
    } else if (input.kind == OpInput::Kind::kConstant) {
      const HostTensor data = ToHost(input.tensor, name);
      model.Initializer(wire::RawTensor(name, type, input.tensor.dims,
                                        graph::Text(data.bytes())));
    }
  }
  wire::Names outputs;
  for (size_t i = 0; i < each.outputs.size(); ++i) {
    const NumberTensor& want = each.outputs[i].want;
    outputs.push_back(OutputName(i));
    model.Output(OutputName(i), static_cast<int32_t>(want.type),
                 DimsOf(want.dims));
  }
  model.Node(each.op, inputs, outputs, each.attributes);
  return model.Build();
}

std::string Mismatch(const Expected& expected, const HostTensor& got,
                     double* worst) {
  const NumberTensor& want = expected.want;
  if (got.type() != want.type || got.dims() != want.dims) {
    return StrCat("it is ", TypeName(got.type()), " ", ShapeText(got.dims()),
                  ", not ", TypeName(want.type), " ", ShapeText(want.dims));
  }
  if (!want.bits.empty()) return BitMismatch(want, got);
  for (size_t i = 0; i < want.v.size(); ++i) {
    const double value = client::ElementAsDouble(got, static_cast<int64_t>(i));
    const double bound = expected.bound.empty() ? 0 : expected.bound[i];
    if (bound > 0 && std::isfinite(value) && std::isfinite(want.v[i])) {
      const double off = std::fabs(value - want.v[i]) / bound;
      if (off <= 1) *worst = std::max(*worst, off);
    }
    if (Allowed(want.type, want.v[i], value, bound)) {
      if (!expected.bitwise || std::isnan(value) ||
          std::signbit(value) == std::signbit(want.v[i])) {
        continue;
      }
      return StrCat("element ", i, " is ", NumberText(value),
                    " with the wrong sign");
    }
    if (!expected.flushed.empty() &&
        Allowed(want.type, expected.flushed[i], value, bound)) {
      continue;
    }
    return Show(expected, got, i);
  }
  return "";
}

OpRunner::OpRunner(Test& test) : test_(test), session_(test) {}

OpRunner::~OpRunner() {
  if (refused_ > 0) {
    test_.Unsupported(StrCat(refused_, " of ", runs_,
                             " models are refused: ", test_.reason()));
  }
  if (worst_ > 0) test_.Show("error", worst_, 1);
}

void OpRunner::Run(const OpCase& each) {
  if (!session_.ready()) return;
  ++runs_;
  const std::string bytes = ModelOf(each);
  PluginModel model(test_, session_, bytes);
  const bool was_failed = test_.failed();
  if (model.refused()) ++refused_;
  if (!model.ready()) {
    if (test_.failed()) test_.Keep("model.onnx", bytes);
    return;
  }
  std::vector<HostValue> inputs;
  for (size_t i = 0; i < each.inputs.size(); ++i) {
    if (each.inputs[i].kind != OpInput::Kind::kRuntime) continue;
    inputs.emplace_back(ToHost(each.inputs[i].tensor, InputName(i)));
  }
  std::vector<HostValue> like;
  for (size_t i = 0; i < each.outputs.size(); ++i) {
    like.emplace_back(ToHost(each.outputs[i].want, OutputName(i)));
  }
  PluginModel::RunOptions options;
  if (NameHash(each.what) % 2 == 0) {
    options.guard = GuardedBuffer::Guard::kInFront;
  }
  const auto got = model.Run(inputs, like, options);
  for (size_t i = 0; got.has_value() && i < like.size(); ++i) {
    const std::string wrong =
        Mismatch(each.outputs[i], (*got)[i].tensor, &worst_);
    CERTIFY_CHECK(test_, wrong.empty(), each.op, " ", each.what, ", output ", i,
                  ": ", wrong);
  }
  if (test_.failed() && !was_failed) test_.Keep("model.onnx", bytes);
}

}  // namespace onnxifi::conformance
