#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_VIEW_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_VIEW_H_

#include <onnxifi/onnxifi_ext.h>

#include <string>
#include <vector>

#include "backends/common/run_value.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::abi {

// A value of a run as the client gets it. Refers to the RunValue's memory.
// Move-only; thread-compatible.
class ValueView {
 public:
  // INTERNAL_ERROR when the value is not what the model declares; `declared`
  // of kind kUnknown takes anything.
  static Result<ValueView> Make(const std::string& name, const RunValue& value,
                                const graph::ValueType& declared);
  ValueView(ValueView&&) = default;
  ValueView& operator=(ValueView&&) = default;

  const onnxValue& get() const { return value_; }

 private:
  ValueView() = default;
  Status Fill(const RunValue& value, const graph::ValueType& declared,
              onnxValue* out);
  Status FillTensor(const RunValue& value, const graph::ValueType& declared,
                    onnxValue* out);
  Status FillElements(const std::vector<const RunValue*>& elements,
                      const std::vector<const graph::ValueType*>& declared,
                      onnxValue* out);

  onnxValue value_ = {};
  std::vector<std::vector<onnxValue>> arrays_;
  std::vector<std::vector<onnxStringView>> strings_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_VIEW_H_
