#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_NODE_KEY_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_NODE_KEY_H_

#include <string>

#include "backends/common/op_kernel.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

// A key of the PackCache for what follows from a node's attributes alone.
// Names of nodes need not differ in a model; what they produce does.
inline std::string NodeKey(const NodeView& node) {
  std::string key = node.node().op_type;
  for (const graph::ValueId id : node.node().outputs) key += StrCat(' ', id);
  return key;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_NODE_KEY_H_
