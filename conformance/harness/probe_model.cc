#include "conformance/harness/probe_model.h"

#include <cmath>
#include <cstring>

#include "base/model_builder.h"
#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

using wire::ModelBuilder;

// Elements that Relu, Abs and Neg all change or keep in a way of their own.
float Element(float first, size_t index) {
  const float value = first + static_cast<float>(index) * 0.5f;
  return index % 3 == 1 ? -value : value;
}

std::string Make(const std::string& op, const wire::Dims& dims, int nodes) {
  ModelBuilder model(8, 13);
  model.Input("x", wire::kFloat, dims).Output("y", wire::kFloat, dims);
  for (int i = 0; i < nodes; ++i) {
    const std::string in = i == 0 ? "x" : StrCat("t", i);
    const std::string out = i + 1 == nodes ? "y" : StrCat("t", i + 1);
    model.Node(
        op, op == "Add" || op == "Mul" ? wire::Names{in, in} : wire::Names{in},
        {out});
  }
  return model.Build();
}

ProbeModel Row(const char* op, float (*result)(float)) {
  return {op, Make(op, {2, 3}, 1), Make(op, {"N", 3}, 1), result};
}

}  // namespace

std::span<const ProbeModel> ProbeModels() {
  static const std::vector<ProbeModel>& models = *new std::vector<ProbeModel>{
      Row("Add", [](float x) { return x + x; }),
      Row("Mul", [](float x) { return x * x; }),
      Row("Relu", [](float x) { return x > 0 ? x : 0; }),
      Row("Neg", [](float x) { return -x; }),
      Row("Abs", [](float x) { return std::fabs(x); }),
      Row("Identity", [](float x) { return x; }),
  };
  return models;
}

std::string MakeProbe(const std::string& op, const std::vector<int64_t>& shape,
                      int nodes) {
  return Make(op, wire::Dims(shape.begin(), shape.end()), nodes);
}

ProbeTensors::ProbeTensors(std::vector<uint64_t> shape, float first)
    : shape(std::move(shape)) {
  size_t count = 1;
  for (const uint64_t dim : this->shape) count *= dim;
  Result<GuardedBuffer> in = GuardedBuffer::Make(count * sizeof(float));
  Result<GuardedBuffer> out = GuardedBuffer::Make(count * sizeof(float));
  if (!in.ok() || !out.ok()) return;
  x = std::move(in.value());
  y = std::move(out.value());
  Reset(first);
}

void ProbeTensors::Reset(float first) {
  first_ = first;
  const std::span<float> in = x.as<float>();
  for (size_t i = 0; i < in.size(); ++i) in[i] = Element(first, i);
  y.Poison();
}

std::string ProbeTensors::Wrong(const ProbeModel& model) const {
  if (const std::string damage = y.Damage(); !damage.empty()) {
    return StrCat("output: ", damage);
  }
  if (const std::string damage = x.Damage(); !damage.empty()) {
    return StrCat("input: ", damage);
  }
  const std::span<const float> in = x.as<float>();
  const std::span<const float> out = y.as<float>();
  for (size_t i = 0; i < out.size(); ++i) {
    const float input = Element(first_, i);
    if (in[i] != input) {
      return StrCat("the run has changed element ", i, " of its input from ",
                    input, " to ", in[i]);
    }
    const float want = model.result(input);
    if (out[i] == want) continue;
    return StrCat("element ", i, " of ", model.op, "(", input, ") is ", out[i],
                  ", not ", want);
  }
  return "";
}

bool ProbeTensors::untouched() const {
  const std::span<const std::byte> bytes = y.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != GuardedBuffer::PoisonAt(i)) return false;
  }
  return true;
}

}  // namespace onnxifi::conformance
