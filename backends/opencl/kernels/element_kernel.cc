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

}  // namespace

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

Status RequireOperand(PrepareContext& ctx, size_t i, const graph::Shape& shape,
                      const TensorDesc& out) {
  const TensorDesc& in = ctx.in(i);
  if (in.dims == out.dims) {
    return in.layout == out.layout ? Status::Ok()
                                   : ctx.RequireLayout(i, out.layout);
  }
  // A shape that is placed otherwise than from the right.
  const bool moved = shape != in.dims;
  return moved || !SpreadsToBlocks(in, out.dims, out.layout)
             ? ctx.RequireLayout(i, Layout::kPlain)
             : Status::Ok();
}

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
  const TensorDesc place = {graph::DataType::kUndefined, out, layout};
  for (const ElementKernelText::Input& input : text.inputs) {
    ONNXIFI_RETURN_IF_ERROR(
        RequireOperand(ctx, input.index, input.shape, place));
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
