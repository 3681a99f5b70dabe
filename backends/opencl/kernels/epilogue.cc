#include "backends/opencl/kernels/epilogue.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "backends/common/fusion/epilogue.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_kernel.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/reorder.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

std::string OutputName(size_t output) {
  return output == 0 ? "y" : StrCat("y", output);
}

std::string OperandName(size_t input) { return StrCat("e", input); }

}  // namespace

size_t ProductInputs(const NodeView& node) {
  return std::min(node.input_count(), kEpilogueInputs);
}

Result<Epilogue> Epilogue::Make(PrepareContext& ctx,
                                const TensorDesc& product) {
  Epilogue epilogue;
  epilogue.product_ = product;
  epilogue.outputs_ = ctx.output_count();
  for (size_t o = 0; o < epilogue.outputs_; ++o) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, product));
  }
  if (const graph::Graph* body = EpilogueOf(ctx.node())) {
    ONNXIFI_RETURN_IF_ERROR(epilogue.AddGroup(ctx, *body));
  }
  return epilogue;
}

Status Epilogue::AddGroup(PrepareContext& ctx, const graph::Graph& body) {
  std::vector<ElementOperand> values = {
      {product_.type, product_.dims, nullptr}};
  for (size_t i = kEpilogueInputs; i < ctx.input_count(); ++i) {
    values.push_back({ctx.in(i).type, ctx.in(i).dims, ctx.ConstantIn(i)});
  }
  ONNXIFI_ASSIGN_OR_RETURN(ElementGroup group,
                           ElementGroup::Make(body, FactsOf(ctx), values));
  std::vector<size_t> outputs(outputs_);
  std::iota(outputs.begin(), outputs.end(), size_t{0});
  for (const size_t o : outputs) {
    if (group.shape(o) != product_.dims || group.type(o) != product_.type) {
      return ShapeError(
          ctx,
          StrCat("the model tells wrong shapes: ", ShapeText(product_.dims),
                 " becomes ", ShapeText(group.shape(o)), " in ",
                 body.nodes.back().op_type, " '", body.nodes.back().name, "'"));
    }
  }
  part_ = group.TextOf(outputs);
  for (const size_t k : part_.inputs) {
    if (k == 0) continue;
    const size_t input = kEpilogueInputs + k - 1;
    const graph::Shape shape = ctx.in(input).dims;
    ONNXIFI_RETURN_IF_ERROR(RequireOperand(ctx, input, shape, product_));
    const TensorDesc& in = ctx.in(input);
    operands_.push_back({input, in.type, PhysicalStrides(in, shape, product_),
                         in.dims == product_.dims});
  }
  group_ = std::move(group);
  return Status::Ok();
}

void Epilogue::AddParameters(KernelText* kernel) const {
  for (const Operand& operand : operands_) {
    kernel->In(OperandName(operand.input), operand.type, operand.input);
  }
  for (size_t o = 0; o < outputs_; ++o) {
    kernel->Out(OutputName(o), product_.type, o);
  }
}

std::string Epilogue::OperandIndex(
    const Operand& operand, const std::string& at,
    const std::vector<std::string>& place) const {
  if (operand.dense) return at;
  std::string text = "0L";
  for (size_t d = 0; d < place.size(); ++d) {
    if (operand.strides[d] == 0) continue;
    text += StrCat(" + (", place[d], ") * ", operand.strides[d], "L");
  }
  return text;
}

std::string Epilogue::Statements(const std::string& value,
                                 const std::string& at,
                                 const std::string& lane) const {
  if (!group_) {
    return StrCat("    ", StoreText(product_.type, "y", at + lane, value),
                  "\n");
  }
  std::string text = StrCat("    const ", KernelTypeOf(product_.type).compute,
                            " v0 = ", StoredText(product_.type, value), ";\n");
  for (const Operand& operand : operands_) {
    const std::string name = OperandName(operand.input);
    const int64_t step = operand.strides.empty() ? 0 : operand.strides.back();
    const std::string moved =
        lane.empty() || step == 0 ? "" : StrCat(lane, " * ", step);
    text +=
        StrCat("    const ", KernelTypeOf(operand.type).compute, " v",
               operand.input - kEpilogueInputs + 1, " = ",
               LoadText(operand.type, name, StrCat(name, "_at", moved)), ";\n");
  }
  text += part_.statements;
  for (size_t o = 0; o < outputs_; ++o) {
    text += StrCat(
        "    ",
        StoreText(product_.type, OutputName(o), at + lane, part_.values[o]),
        "\n");
  }
  return text;
}

std::string Epilogue::StoreElement(
    const std::string& value, const std::string& at,
    const std::vector<std::string>& place) const {
  std::string text;
  for (const Operand& operand : operands_) {
    text += StrCat("    const long ", OperandName(operand.input),
                   "_at = ", OperandIndex(operand, at, place), ";\n");
  }
  return text + Statements(value, at, "");
}

std::string Epilogue::StoreLanes(const std::string& values,
                                 const std::string& lanes,
                                 const std::string& at,
                                 const std::vector<std::string>& place) const {
  std::string text;
  for (const Operand& operand : operands_) {
    text += StrCat("    const long ", OperandName(operand.input),
                   "_at = ", OperandIndex(operand, at, place), ";\n");
  }
  return StrCat(text, "    for (int j = 0; j < ", lanes, "; ++j) {\n",
                Statements(StrCat("(", values, ")[j]"), at, " + j"), "    }\n");
}

std::string Epilogue::PadLanes(const std::string& lanes, int width,
                               const std::string& at) const {
  std::string text =
      StrCat("    for (int j = ", lanes, "; j < ", width, "; ++j) {\n");
  for (size_t o = 0; o < outputs_; ++o) {
    text += StrCat("      ", OutputName(o), "[", at, " + j] = 0;\n");
  }
  return text + "    }\n";
}

}  // namespace onnxifi::opencl
