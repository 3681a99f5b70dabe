#include "backends/opencl/kernels/pointwise.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

bool IsFloatType(graph::DataType type) {
  return (TypeBit(type) & kFloatTypes) != 0;
}

std::string LiteralText(float value, graph::DataType type) {
  if (!IsFloatType(type)) {
    return std::to_string(static_cast<int64_t>(value));
  }
  return type == graph::DataType::kDouble
             ? DoubleText(static_cast<double>(value))
             : FloatText(value);
}

// The shapes of operands as they are broadcast; opset < 7 places them.
Result<std::vector<graph::Shape>> OperandShapes(const PrepareContext& ctx,
                                                size_t count) {
  std::vector<graph::Shape> shapes;
  for (size_t i = 0; i < count; ++i) {
    if (ctx.HasInput(i)) shapes.push_back(ctx.in(i).dims);
  }
  const bool places = ctx.attrs().Has("broadcast");
  if (ctx.opset() < 7 && shapes.size() == 2 && places) {
    ONNXIFI_ASSIGN_OR_RETURN(
        shapes[1], LegacyBroadcastShape(ctx.node(), shapes[0], shapes[1]));
  }
  return shapes;
}

// The layout in which all operands can be walked through together: that of one
// in channel blocks, when the others have its shape or one element and no block
// is padded; plain otherwise. Asks for it.
Result<Layout> CommonLayout(PrepareContext& ctx, const graph::Shape& out) {
  Layout layout = Layout::kPlain;
  bool blocked = true;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (!ctx.HasInput(i)) continue;
    const TensorDesc& in = ctx.in(i);
    if (in.layout != Layout::kPlain) layout = in.layout;
    blocked = blocked && (in.dims == out || Product(in.dims) == 1);
  }
  if (layout == Layout::kPlain) return layout;
  if (!blocked || out[1] % static_cast<int64_t>(layout) != 0) {
    layout = Layout::kPlain;
  }
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    if (!ctx.HasInput(i)) continue;
    const Layout wanted = ctx.in(i).dims == out ? layout : Layout::kPlain;
    if (ctx.in(i).layout == wanted) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, wanted));
  }
  return layout;
}

}  // namespace

Reject RequireTypes(const NodeView& node, size_t i, TypeSet types) {
  if (!node.HasInput(i)) return {};
  const graph::Value& value = node.input(i);
  if (value.kind != graph::Value::Kind::kTensor) {
    return {RejectReason::kValueKind, StrCat("input ", i, " is no tensor")};
  }
  if ((TypeBit(value.type) & types) == 0) {
    return {RejectReason::kDataType,
            StrCat(graph::DataTypeName(value.type), " input ", i)};
  }
  return {};
}

std::string PointwiseText(const NodeView& node, const PointwiseRule& rule,
                          graph::DataType type,
                          const std::vector<std::string>& operands) {
  const std::string_view text =
      rule.integer_text != nullptr && !IsFloatType(type) ? rule.integer_text
                                                         : rule.text;
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      out += text[at];
      continue;
    }
    size_t end = at + 1;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
            text[end] == '_')) {
      ++end;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name == "T") {
      out += KernelTypeOf(type).compute;
    } else if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
      out += operands[static_cast<size_t>(name[0] - '0')];
    } else {
      for (const PointwiseRule::Attribute& each : rule.attributes) {
        if (each.name == nullptr || name != each.name) continue;
        out += LiteralText(node.attrs().Float(each.name, each.otherwise), type);
      }
    }
    at = end - 1;
  }
  return out;
}

Reject SupportsPointwise(const NodeView& node, const PointwiseRule& rule) {
  const size_t count = node.input_count();
  if (rule.operands != 0 ? count != rule.operands : count == 0) {
    return {RejectReason::kUnknownOperator, "another number of inputs"};
  }
  for (size_t i = 0; i < count; ++i) {
    if (!node.HasInput(i)) {
      return {RejectReason::kUnknownOperator, "an input is left out"};
    }
    if (Reject r = RequireTypes(node, i, rule.types); !r.supported()) return r;
    if (node.input_type(i) != node.input_type(0)) {
      return {RejectReason::kDataType, "inputs of different types"};
    }
  }
  return {};
}

Status PrepareElements(
    PrepareContext& ctx, graph::DataType made,
    const std::function<std::string(const std::vector<std::string>&)>& text,
    size_t operands) {
  const size_t count = std::min(operands, ctx.input_count());
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<graph::Shape> shapes,
                           OperandShapes(ctx, count));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::Shape out,
                           BroadcastShape(ctx.node(), shapes));
  ONNXIFI_ASSIGN_OR_RETURN(const Layout layout, CommonLayout(ctx, out));
  const TensorDesc desc = {made, out, layout};
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, desc));
  const graph::Shape places = PhysicalDims(desc);
  KernelText kernel;
  std::vector<LoopOperand> loops;
  std::vector<std::string> values;
  std::string body;
  size_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!ctx.HasInput(i)) continue;
    const graph::DataType type = ctx.in(i).type;
    const graph::Shape& shape = shapes[next++];
    const std::string name = StrCat("x", i);
    kernel.In(name, type, i);
    loops.push_back(
        {name, BroadcastStrides(shape == out ? places : shape, places), 0});
    body += StrCat("    const ", KernelTypeOf(type).compute, " v", i, " = ",
                   LoadText(type, name, name + "_i"), ";\n");
    values.push_back(StrCat("v", i));
    if (shape == out && made == type) ctx.AllowInPlace(0, i);
  }
  kernel.Out("y", made, 0);
  body += StrCat("    ", StoreText(made, "y", "i",
                                   StrCat("(", KernelTypeOf(made).compute, ")(",
                                          text(values), ")")));
  std::vector<Launch> launches;
  if (Product(out) > 0) {
    launches.push_back(
        MakeElementLoop(FactsOf(ctx), kernel, places, loops, body));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

Status PreparePointwise(PrepareContext& ctx, const PointwiseRule& rule) {
  const graph::DataType type = ctx.in(0).type;
  const graph::DataType made = rule.result == PointwiseRule::Result::kBool
                                   ? graph::DataType::kBool
                                   : type;
  return PrepareElements(ctx, made, [&](const std::vector<std::string>& v) {
    if (rule.operands != 0) return PointwiseText(ctx, rule, type, v);
    // From the left to the right.
    std::string text = v[0];
    for (size_t i = 1; i < v.size(); ++i) {
      text = StrCat("(", KernelTypeOf(type).compute, ")(",
                    PointwiseText(ctx, rule, type, {text, v[i]}), ")");
    }
    return text;
  });
}

}  // namespace onnxifi::opencl
