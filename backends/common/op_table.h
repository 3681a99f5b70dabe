#ifndef ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_
#define ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/op_kernel.h"

namespace onnxifi {

// Finds kernels by (domain, operator, opset). Built once per backend from the
// generated table; immutable and thread-safe afterwards.
class OpRegistry {
 public:
  // `tables` ends with nullptr.
  explicit OpRegistry(const OpTable* const* tables);

  // The first kernel, in table order, whose opset range holds and whose
  // supports() accepts. On refusal *why gets the most specific reason.
  const OpKernel* Find(const NodeView& node, Reject* why) const;

 private:
  static std::string Key(std::string_view domain, std::string_view op);
  std::unordered_map<std::string, std::vector<const OpKernel*>> kernels_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_
