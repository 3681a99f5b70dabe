#include "backends/common/control/control.h"

namespace onnxifi::control {

const OpKernel* FindKernel(const graph::Node& node) {
  static constexpr OpKernel kAll[] = {kIf, kLoop, kScanOfBatches, kScan,
                                      kSequenceMap};
  if (!node.domain.empty()) return nullptr;
  for (const OpKernel& kernel : kAll) {
    if (node.op_type == kernel.op && node.opset >= kernel.min_opset &&
        node.opset <= kernel.max_opset) {
      return &kernel;
    }
  }
  return nullptr;
}

}  // namespace onnxifi::control
