#ifndef ONNXIFI_BACKENDS_OPENCL_REORDER_H_
#define ONNXIFI_BACKENDS_OPENCL_REORDER_H_

#include <memory>

#include "backends/common/op_kernel.h"
#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// CompilerHooks::make_reorder: between plain tensors and channel blocks, in
// which CPU devices compute convolutions.
Status MakeReorder(const TensorDesc& from, Layout to, RunFn* fn,
                   std::shared_ptr<const void>* state);

// The layout for convolutions: blocks as wide as the device's vectors.
Layout BlockedLayout(const DeviceFacts& facts);

// The dimensions as they lie in memory: N, C/b, spatial..., b for blocks.
graph::Shape PhysicalDims(const TensorDesc& desc);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_REORDER_H_
