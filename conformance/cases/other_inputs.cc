#include "conformance/cases/other_inputs.h"

#include <algorithm>
#include <cmath>

namespace onnxifi::conformance {
namespace {

using client::HostTensor;
using client::HostValue;

// Their float results do not tell whether the float inputs were looked at.
constexpr const char* kOthers[] = {"EyeLike"};

bool HasFloats(const HostValue& value) {
  if (value.is_tensor()) {
    return client::IsFloat(value.tensor.type()) && value.tensor.elements() > 0;
  }
  return std::any_of(value.elements.begin(), value.elements.end(), HasFloats);
}

// At least two different numbers.
bool Varies(const HostValue& value) {
  if (!value.is_tensor() || !client::IsFloat(value.tensor.type())) return false;
  for (int64_t i = 1; i < value.tensor.elements(); ++i) {
    const double a = client::ElementAsDouble(value.tensor, i);
    const double b = client::ElementAsDouble(value.tensor, i - 1);
    if (a != b && !std::isnan(a) && !std::isnan(b)) return true;
  }
  return false;
}

// Each element becomes a number between two elements of the tensor.
void Change(HostTensor* tensor, std::mt19937_64& random) {
  std::vector<double> old;
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    const double value = client::ElementAsDouble(*tensor, i);
    if (std::isfinite(value)) old.push_back(value);
  }
  if (old.empty()) old = {0.5};
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    const double a = old[random() % old.size()];
    const double b = old[random() % old.size()];
    // 1/8 to 7/8 of the way; of equal numbers another one near by.
    const double way = static_cast<double>(random() % 97 + 16) / 128;
    const double value = a == b ? a * (0.5 + way) + way / 8 : a + (b - a) * way;
    client::SetElement(*tensor, i, value);
  }
}

void ChangeAll(HostValue* value, std::mt19937_64& random) {
  if (value->is_tensor() && HasFloats(*value)) Change(&value->tensor, random);
  if (value->is_tensor()) return;
  for (HostValue& element : value->elements) ChangeAll(&element, random);
}

}  // namespace

bool DependsOnFloats(const std::set<std::string>& operators,
                     std::span<const HostValue> inputs,
                     std::span<const HostValue> outputs) {
  for (const char* op : kOthers) {
    if (operators.count(op) != 0) return false;
  }
  return std::any_of(inputs.begin(), inputs.end(), HasFloats) &&
         std::any_of(outputs.begin(), outputs.end(), Varies);
}

Result<std::vector<HostValue>> OtherInputs(std::span<const HostValue> inputs,
                                           std::mt19937_64& random) {
  std::vector<HostValue> others;
  for (const HostValue& input : inputs) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue other, client::CopyOf(input));
    ChangeAll(&other, random);
    others.push_back(std::move(other));
  }
  return others;
}

}  // namespace onnxifi::conformance
