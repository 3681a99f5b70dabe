#ifndef ONNXIFI_CONFORMANCE_INTERFACE_VALUE_MODELS_H_
#define ONNXIFI_CONFORMANCE_INTERFACE_VALUE_MODELS_H_

#include <functional>
#include <string>
#include <vector>

#include "client/host_value.h"

namespace onnxifi::conformance {

// One run of a model whose inputs or outputs descriptors of 1.0 cannot carry.
struct ValueCase {
  const char* what;
  std::string model;
  // Made anew for each use: values cannot be copied.
  std::function<std::vector<client::HostValue>()> inputs;
  std::function<std::vector<client::HostValue>()> outputs;
};

// One for every kind of value, and more for what is special about it.
const std::vector<ValueCase>& ValueCases();

// The same for a kind alone.
std::string StringModel();    // Identity of strings [4]
std::string SequenceModel();  // Identity of a sequence of float [2]
std::string OptionalModel();  // Identity of an optional float [2]
std::string CastMapModel();   // map of int64 to float, to float [1, 2]

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_INTERFACE_VALUE_MODELS_H_
