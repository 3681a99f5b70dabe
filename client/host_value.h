#ifndef ONNXIFI_CLIENT_HOST_VALUE_H_
#define ONNXIFI_CLIENT_HOST_VALUE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "client/host_tensor.h"

namespace onnxifi::client {

// Whatever an input or output of a model can be, in host memory. Owns
// everything. Move-only; thread-compatible.
struct HostValue {
  enum class Kind : uint8_t { kTensor, kSequence, kOptional, kMap };

  Kind kind = Kind::kTensor;
  // kTensor; kMap: the keys, 1-D. Holds the name whatever the kind is.
  HostTensor tensor;
  // kSequence: any number; kOptional: none or one; kMap: the values, one 1-D
  // tensor as long as the keys.
  std::vector<HostValue> elements;

  HostValue() = default;
  explicit HostValue(HostTensor made) : tensor(std::move(made)) {}

  const std::string& name() const { return tensor.name(); }
  bool is_tensor() const { return kind == Kind::kTensor; }
};

// A copy of its own. Fails for lack of memory.
Result<HostValue> CopyOf(const HostValue& value);

const char* KindName(HostValue::Kind kind);

// "float32 2x3", "sequence of 2", "empty optional", "map of 4".
std::string TypeText(const HostValue& value);

// One line for people: the name, the type, and figures of the content. Safe
// for a terminal.
std::string Describe(const HostValue& value);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_HOST_VALUE_H_
