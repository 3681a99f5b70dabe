#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENTWISE_UTIL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENTWISE_UTIL_H_

#include <cstdint>

#include "backends/common/op_kernel.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// Elements that one thread should at least get; a parallel job costs about a
// microsecond. Kernels with dear elements divide it.
inline constexpr int64_t kElementGrain = 16384;

// Elements of the float tiles through which half types are computed.
inline constexpr int64_t kFloatTile = 1024;

// The dimensions as they lie in memory: a blocked [N,C,H,W] is
// [N,C/b,H,W,b]. A plain tensor's dims unchanged.
Shape PhysicalDims(const TensorDesc& desc);

// Elements in memory, padding included.
int64_t PhysicalCount(const TensorDesc& desc);

// True when the layout adds zero channels, which every kernel must keep zero.
bool HasPadding(const TensorDesc& desc);

// The refusal of input i: kValueKind when it is no tensor, else kDataType.
Reject RejectInputType(const NodeView& node, size_t i);

// Refuses unless input i, when present, has a type of the list.
template <typename List>
Reject RequireTypeIn(const NodeView& node, size_t i) {
  if (!node.HasInput(i) || HasType<List>(node.input_type(i))) return {};
  return RejectInputType(node, i);
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENTWISE_UTIL_H_
