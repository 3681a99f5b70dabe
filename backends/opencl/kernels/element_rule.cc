#include "backends/opencl/kernels/element_rule.h"

#include <algorithm>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/element_kernel.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

std::vector<ElementOperand> OperandsOf(const PrepareContext& ctx) {
  std::vector<ElementOperand> operands(ctx.input_count());
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!ctx.HasInput(i)) continue;
    operands[i] = {ctx.in(i).type, ctx.in(i).dims, ctx.ConstantIn(i)};
  }
  return operands;
}

// The inputs that are read, with their shapes as they are broadcast.
Result<std::vector<ElementKernelText::Input>> Inputs(const ElementNode& node,
                                                     const ElementRule& rule) {
  std::vector<ElementKernelText::Input> inputs;
  const size_t count = std::min(rule.operands, node.input_count());
  for (size_t i = 0; i < count; ++i) {
    if (node.HasInput(i)) inputs.push_back({i, node.dims(i)});
  }
  if (PlacesOperand(node) && inputs.size() == 2) {
    ONNXIFI_ASSIGN_OR_RETURN(
        inputs[1].shape,
        LegacyBroadcastShape(node.node(), inputs[0].shape, inputs[1].shape));
  }
  return inputs;
}

Result<graph::Shape> Broadcast(
    const ElementNode& node,
    const std::vector<ElementKernelText::Input>& inputs) {
  std::vector<graph::Shape> shapes;
  for (const ElementKernelText::Input& input : inputs) {
    shapes.push_back(input.shape);
  }
  return BroadcastShape(node.node(), shapes);
}

}  // namespace

ElementNode::ElementNode(const PrepareContext& ctx)
    : ElementNode(ctx, FactsOf(ctx), OperandsOf(ctx)) {}

bool PlacesOperand(const NodeView& node) {
  return node.opset() < 7 && node.attrs().Has("broadcast");
}

Result<graph::Shape> ElementShape(const ElementNode& node,
                                  const ElementRule& rule) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<ElementKernelText::Input> inputs,
                           Inputs(node, rule));
  return Broadcast(node, inputs);
}

Status PrepareElement(PrepareContext& ctx, const ElementRule& rule) {
  const ElementNode node(ctx);
  ElementKernelText text;
  ONNXIFI_ASSIGN_OR_RETURN(text.inputs, Inputs(node, rule));
  ONNXIFI_ASSIGN_OR_RETURN(text.shape, Broadcast(node, text.inputs));
  std::vector<std::string> names(ctx.input_count());
  for (const ElementKernelText::Input& input : text.inputs) {
    names[input.index] = StrCat("v", input.index);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::string value, rule.text(node, names));
  const graph::DataType made = rule.made(node);
  text.outputs = {
      {0, made, StrCat("(", KernelTypeOf(made).compute, ")(", value, ")")}};
  ONNXIFI_ASSIGN_OR_RETURN(const Layout layout, CommonLayout(ctx, text));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {made, text.shape, layout}));
  for (const ElementKernelText::Input& input : text.inputs) {
    const bool same =
        input.shape == text.shape && ctx.in(input.index).type == made;
    if (same) ctx.AllowInPlace(0, input.index);
  }
  std::vector<Launch> launches;
  if (Product(text.shape) > 0) {
    launches.push_back(MakeElementLaunch(ctx, text, layout));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
