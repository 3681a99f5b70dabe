#include "backends/opencl/kernels/element_kernel.h"

#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// An input that is broadcast to `out`, where `out` lies in blocks: it may lie in
// such blocks, too, or be plain.
bool SpreadsToBlocks(const TensorDesc& in, const graph::Shape& out,
                     Layout layout) {
  if (in.layout == Layout::kPlain) return in.dims.size() <= out.size();
  return in.layout == layout && in.dims.size() == out.size() &&
         in.dims[1] == out[1];
}

// Strides for each dimension of `out` as it lies in memory.
std::vector<int64_t> PhysicalStrides(const TensorDesc& in,
                                     const graph::Shape& shape,
                                     const TensorDesc& out) {
  const graph::Shape places = PhysicalDims(out);
  if (in.layout == out.layout) {
    return BroadcastStrides(
        out.layout == Layout::kPlain ? shape : PhysicalDims(in), places);
  }
  // A plain one beside channel blocks: the channel is walked through in two.
  std::vector<int64_t> strides = BroadcastStrides(shape, out.dims);
  strides.push_back(strides[1]);
  strides[1] *= static_cast<int64_t>(out.layout);
  return strides;
}

}  // namespace

Result<Layout> CommonLayout(PrepareContext& ctx,
                            const ElementKernelText& text) {
  const graph::Shape& out = text.shape;
  Layout layout = Layout::kPlain;
  for (const ElementKernelText::Input& input : text.inputs) {
    const TensorDesc& in = ctx.in(input.index);
    if (in.layout != Layout::kPlain && in.dims == out) layout = in.layout;
  }
  if (layout != Layout::kPlain && out[1] % static_cast<int64_t>(layout) != 0) {
    layout = Layout::kPlain;
  }
  for (const ElementKernelText::Input& input : text.inputs) {
    const TensorDesc& in = ctx.in(input.index);
    // A shape that is placed otherwise than from the right.
    const bool moved = input.shape != in.dims;
    if (in.dims != out && (moved || !SpreadsToBlocks(in, out, layout))) {
      ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(input.index, Layout::kPlain));
    } else if (in.dims == out && in.layout != layout) {
      ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(input.index, layout));
    }
  }
  return layout;
}

Launch MakeElementLaunch(PrepareContext& ctx, const ElementKernelText& text,
                         Layout layout) {
  KernelText kernel;
  std::vector<LoopOperand> operands;
  std::string body;
  const TensorDesc place = {graph::DataType::kUndefined, text.shape, layout};
  for (const ElementKernelText::Input& input : text.inputs) {
    const TensorDesc& in = ctx.in(input.index);
    const std::string name = StrCat("x", input.index);
    kernel.In(name, in.type, input.index);
    operands.push_back({name, PhysicalStrides(in, input.shape, place), 0});
    body +=
        StrCat("    const ", KernelTypeOf(in.type).compute, " v", input.index,
               " = ", LoadText(in.type, name, name + "_i"), ";\n");
  }
  body += text.statements;
  for (const ElementKernelText::Output& output : text.outputs) {
    const std::string name =
        output.index == 0 ? "y" : StrCat("y", output.index);
    kernel.Out(name, output.type, output.index);
    body += StrCat("    ", StoreText(output.type, name, "i", output.value),
                   &output == &text.outputs.back() ? "" : "\n");
  }
  return MakeElementLoop(FactsOf(ctx), kernel, PhysicalDims(place), operands,
                         body);
}

}  // namespace onnxifi::opencl
