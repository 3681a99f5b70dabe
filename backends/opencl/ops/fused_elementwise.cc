#include <map>

#include "backends/common/fusion/elementwise.h"
#include "backends/common/fusion/passes.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_group.h"
#include "backends/opencl/kernels/element_kernel.h"
#include "backends/opencl/kernels/element_loop.h"

namespace onnxifi::opencl {
namespace {

ElementKernelText TextOf(const PrepareContext& ctx, const ElementGroup& group,
                         const std::vector<size_t>& outputs) {
  ElementKernelText text;
  text.shape = group.shape(outputs.front());
  ElementGroup::Part part = group.TextOf(outputs);
  for (const size_t i : part.inputs) {
    text.inputs.push_back({i, ctx.in(i).dims});
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    text.outputs.push_back(
        {outputs[k], group.type(outputs[k]), part.values[k]});
  }
  text.statements = std::move(part.statements);
  return text;
}

void AllowInPlace(PrepareContext& ctx, const ElementKernelText& text) {
  for (const ElementKernelText::Output& output : text.outputs) {
    for (const ElementKernelText::Input& input : text.inputs) {
      const TensorDesc& in = ctx.in(input.index);
      if (in.dims == text.shape && in.type == output.type) {
        ctx.AllowInPlace(output.index, input.index);
      }
    }
  }
}

// One kernel for all outputs of one shape. They usually have one; more of them
// where the model does not tell shapes, or tells wrong ones.
Status Prepare(PrepareContext& ctx) {
  std::vector<ElementOperand> operands;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    operands.push_back({ctx.in(i).type, ctx.in(i).dims, ctx.ConstantIn(i)});
  }
  ONNXIFI_ASSIGN_OR_RETURN(const ElementGroup group,
                           ElementGroup::Make(*ElementwiseBodyOf(ctx.node()),
                                              FactsOf(ctx), operands));
  std::map<Shape, std::vector<size_t>> outputs;
  for (size_t o = 0; o < ctx.output_count(); ++o) {
    outputs[group.shape(o)].push_back(o);
  }
  std::vector<Launch> launches;
  for (const auto& [shape, members] : outputs) {
    const ElementKernelText text = TextOf(ctx, group, members);
    Layout layout = Layout::kPlain;
    if (outputs.size() == 1) {
      ONNXIFI_ASSIGN_OR_RETURN(layout, CommonLayout(ctx, text));
      AllowInPlace(ctx, text);
    } else {
      for (size_t i = 0; i < ctx.input_count(); ++i) {
        ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, layout));
      }
    }
    for (const size_t o : members) {
      ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {group.type(o), shape, layout}));
    }
    if (Product(shape) > 0) {
      launches.push_back(MakeElementLaunch(ctx, text, layout));
    }
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(fused_elementwise, {.domain = kFusedDomain,
                                       .op = kFusedElementwise,
                                       .prepare = &Prepare,
                                       .any_layout = true});

}  // namespace onnxifi::opencl
