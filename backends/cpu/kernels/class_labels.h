#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_CLASS_LABELS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_CLASS_LABELS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// The labels of a classifier: integers or strings. A string label in an output
// refers to characters of this object. Immutable after Read; thread-safe.
class ClassLabels {
 public:
  // From two attributes of which a node must have one.
  static Result<ClassLabels> Read(const NodeView& node,
                                  std::string_view ints_name,
                                  std::string_view strings_name);

  graph::DataType type() const {
    return strings_.empty() ? graph::DataType::kInt64
                            : graph::DataType::kString;
  }
  size_t size() const {
    return strings_.empty() ? ints_.size() : strings_.size();
  }

  // Writes label `index` as element `row`; does nothing without an output.
  void Store(void* out, int64_t row, size_t index) const;
  // The answer of a model with one score: the second label if there are two,
  // else 1 or 0.
  void StoreBinary(void* out, int64_t row, bool positive) const;

 private:
  std::vector<int64_t> ints_;
  std::vector<std::string> strings_;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_CLASS_LABELS_H_
