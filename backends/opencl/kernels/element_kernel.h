#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_KERNEL_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/launch.h"

namespace onnxifi::opencl {

// One kernel that reads elements of inputs, computes, and writes elements of
// outputs, all broadcast to one shape.
struct ElementKernelText {
  struct Input {
    size_t index = 0;    // of the node
    graph::Shape shape;  // as it is broadcast; may have more dimensions
  };
  struct Output {
    size_t index = 0;
    graph::DataType type = graph::DataType::kUndefined;
    std::string value;  // its name in `statements`
  };
  graph::Shape shape;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  // From the elements, called v0, v1, ... by the indices of the inputs.
  std::string statements;
};

// Asks that input i, which is broadcast from `shape`, lies so that it can be walked
// through beside `out`: like that, or plain, or in its blocks.
Status RequireOperand(PrepareContext& ctx, size_t i, const graph::Shape& shape,
                      const TensorDesc& out);
// Its strides then, for each dimension of `out` as that lies in memory.
std::vector<int64_t> PhysicalStrides(const TensorDesc& in,
                                     const graph::Shape& shape,
                                     const TensorDesc& out);

// The layout in which all can be walked through together: that of an input in
// channel blocks, when no block is padded and the others have its shape or are
// broadcast from where they lie; plain otherwise. Asks for it.
Result<Layout> CommonLayout(PrepareContext& ctx, const ElementKernelText& text);

// The launch, with the tensors in `layout`; outputs are declared already.
Launch MakeElementLaunch(PrepareContext& ctx, const ElementKernelText& text,
                         Layout layout);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ELEMENT_KERNEL_H_
