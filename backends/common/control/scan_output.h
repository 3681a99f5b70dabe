#ifndef ONNXIFI_BACKENDS_COMMON_CONTROL_SCAN_OUTPUT_H_
#define ONNXIFI_BACKENDS_COMMON_CONTROL_SCAN_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/common/evaluate_context.h"

namespace onnxifi {

// What one output of a body gives in all iterations, put together along a new
// axis at the end. Grows with the iterations that really happen, whatever was
// promised. Thread-compatible.
class ScanOutput {
 public:
  // `declared` is the body's output and outlives this: it tells type and
  // shape where there is no iteration.
  explicit ScanOutput(const graph::Value& declared) : declared_(&declared) {}

  // An error unless it is a tensor.
  Status Add(const EvaluateContext& ctx, RunValue value);
  bool empty() const { return elements_.empty(); }
  // Requires an element.
  const graph::TensorData& first() const { return *elements_[0]; }

  // Joins the elements along `axis` of the result, negative from the back;
  // `reverse`: the last one comes first.
  Result<graph::TensorPtr> Join(const EvaluateContext& ctx, int64_t axis,
                                bool reverse) const;

 private:
  const graph::Value* declared_;
  std::vector<graph::TensorPtr> elements_;
};

// A zero tensor of what the body declares for one element; dimensions that it
// leaves open are 0. An error when it does not tell the type.
Result<graph::TensorPtr> DeclaredElement(const EvaluateContext& ctx,
                                         const graph::Value& declared);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_CONTROL_SCAN_OUTPUT_H_
