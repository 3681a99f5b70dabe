#ifndef ONNXIFI_CLIENT_ABI_VALUE_H_
#define ONNXIFI_CLIENT_ABI_VALUE_H_

#include <onnxifi/onnxifi_ext.h>

#include <span>
#include <vector>

#include "base/status.h"
#include "client/host_value.h"

namespace onnxifi::client {

// Values as runValues takes them: structures that refer to the memory of the
// HostValues, which must stay. Neither copied nor moved.
class AbiValues {
 public:
  explicit AbiValues(std::span<const HostValue> values);
  AbiValues(const AbiValues&) = delete;
  AbiValues& operator=(const AbiValues&) = delete;

  const onnxValue* first() const { return first_; }

 private:
  const onnxValue* Make(std::span<const HostValue* const> values);
  onnxValue Of(const HostValue& value);
  void SetTensor(const HostTensor& tensor, onnxValue* out);

  std::vector<std::vector<onnxValue>> arrays_;
  std::vector<std::vector<onnxStringView>> strings_;
  const onnxValue* first_ = nullptr;
};

// A copy of what a backend delivers. Every count, size and pointer is checked
// first.
Result<HostValue> CopyAbiValue(const onnxValue* value);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_ABI_VALUE_H_
