#include "backends/cpu/kernels/class_labels.h"

#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<ClassLabels> ClassLabels::Read(const NodeView& node,
                                      std::string_view ints_name,
                                      std::string_view strings_name) {
  ClassLabels labels;
  const auto ints = node.attrs().Ints(ints_name);
  const auto strings = AttrStrings(node, strings_name);
  if (ints.empty() == strings.empty()) {
    return InvalidNode(
        node, StrCat("needs one of ", ints_name, " and ", strings_name));
  }
  labels.ints_.assign(ints.begin(), ints.end());
  labels.strings_.assign(strings.begin(), strings.end());
  return labels;
}

void ClassLabels::Store(void* out, int64_t row, size_t index) const {
  if (out == nullptr) return;
  if (strings_.empty()) {
    StoreAt<int64_t>(out, row, ints_[index]);
  } else {
    StoreAt<graph::StringRef>(out, row, strings_[index]);
  }
}

void ClassLabels::StoreBinary(void* out, int64_t row, bool positive) const {
  if (out == nullptr) return;
  if (size() == 2) {
    Store(out, row, positive ? 1 : 0);
  } else if (strings_.empty()) {
    StoreAt<int64_t>(out, row, positive ? 1 : 0);
  } else {
    StoreAt<graph::StringRef>(out, row, positive ? "1" : "0");
  }
}

}  // namespace onnxifi::cpu
