#ifndef ONNXIFI_CONFORMANCE_CASES_OTHER_INPUTS_H_
#define ONNXIFI_CONFORMANCE_CASES_OTHER_INPUTS_H_

#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/host_value.h"

namespace onnxifi::conformance {

// Whether a plugin that gives the same outputs for other floats is caught: the
// model has float inputs and outputs, its outputs are not all alike, and none
// of its operators looks at shapes only or rounds to a few values.
bool DependsOnFloats(const std::set<std::string>& operators,
                     std::span<const client::HostValue> inputs,
                     std::span<const client::HostValue> outputs);

// Inputs of the same types and shapes: floats are others, in the range of those
// that were there; everything else is the same.
Result<std::vector<client::HostValue>> OtherInputs(
    std::span<const client::HostValue> inputs, std::mt19937_64& random);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_OTHER_INPUTS_H_
