#include "backends/opencl/kernels/optimizer.h"

#include <string>
#include <utility>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kTypes =
    TypeBit(DataType::kFloat) | TypeBit(DataType::kDouble);

// Lists of inputs after the rate and the count.
size_t Lists(Optimizer optimizer) {
  return optimizer == Optimizer::kAdam ? 4 : 3;
}

// Lines that change x, v and h for gradient g; `rate` and `t` are there.
std::string UpdateText(const NodeView& node, Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::kAdagrad:
      return "    rate /= 1 + t * DECAY;\n    v += g * g;\n    x -= rate * g / "
             "(sqrt(v) + EPSILON);\n";
    case Optimizer::kMomentum:
      return StrCat(
          "    v = ALPHA * v + (t > 0 ? BETA : 1) * g;\n    x -= rate * ",
          node.attrs().String("mode", "standard") == "nesterov"
              ? "(g + ALPHA * v)"
              : "v",
          ";\n");
    case Optimizer::kAdam:
      return "    if (t > 0) rate *= sqrt(1 - pow(BETA, (S)t)) / (1 - "
             "pow(ALPHA, "
             "(S)t));\n    v = ALPHA * v + (1 - ALPHA) * g;\n    h = BETA * h "
             "+ "
             "(1 - BETA) * g * g;\n    x -= rate * v / (sqrt(h) + EPSILON);\n"
             "    x *= 1 - NORM_POST;\n";
  }
  return "";
}

void DefineNumbers(const PrepareContext& ctx, const char* type,
                   KernelText* kernel) {
  const graph::AttrReader attrs = ctx.attrs();
  const auto number = [&](const char* name, const char* attribute,
                          float otherwise) {
    kernel->Define(name,
                   StrCat("(S)", FloatText(attrs.Float(attribute, otherwise))));
  };
  kernel->Define("S", type);
  number("NORM", "norm_coefficient", 0);
  number("NORM_POST", "norm_coefficient_post", 0);
  number("ALPHA", "alpha", 0.9F);
  number("BETA", "beta", 0.999F);
  number("EPSILON", "epsilon", 1e-6F);
  number("DECAY", "decay_factor", 0);
}

// The update of tensor `i` of `count`.
Launch TensorLaunch(const PrepareContext& ctx, Optimizer optimizer, size_t i,
                    size_t count) {
  const DataType type = ctx.in(2 + i).type;
  const DeviceFacts& facts = FactsOf(ctx);
  const char* const compute = facts.has_double ? "double" : "float";
  const char* const names[] = {"x", "g", "v", "h"};
  KernelText kernel;
  DefineNumbers(ctx, compute, &kernel);
  kernel.In("rate_in", ctx.in(0).type, 0).In("count_in", DataType::kInt64, 1);
  std::string text =
      "    S rate = (S)rate_in[0];\n    const S t = (S)count_in[0];\n";
  std::string stores;
  for (size_t list = 0; list < Lists(optimizer); ++list) {
    const std::string name = names[list];
    kernel.In(name + "_in", type, 2 + list * count + i);
    text += StrCat("    S ", name, " = (S)", name, "_in[i];\n");
    if (list == 1) continue;
    const size_t o = (list == 0 ? 0 : list - 1) * count + i;
    if (!ctx.HasOutput(o)) continue;
    kernel.Out(name + "_out", type, o);
    stores += StrCat("    ", name, "_out[i] = (", KernelTypeOf(type).compute,
                     ")", name, ";\n");
  }
  return MakeElementLoop(
      facts, std::move(kernel), {{Product(ctx.in(2 + i).dims)}}, {},
      StrCat(text, "    g += NORM * x;\n", UpdateText(ctx, optimizer), stores));
}

}  // namespace

Reject SupportsOptimizer(const NodeView& node, Optimizer optimizer) {
  const size_t lists = Lists(optimizer);
  const size_t rest = node.input_count() < 2 ? 1 : node.input_count() - 2;
  if (rest % lists != 0 || node.output_count() != rest / lists * (lists - 1)) {
    return {RejectReason::kShape, "the lists of inputs have unequal lengths"};
  }
  const auto mode = node.attrs().String("mode", "standard");
  if (optimizer == Optimizer::kMomentum && mode != "standard" &&
      mode != "nesterov") {
    return {RejectReason::kAttribute, "mode"};
  }
  for (size_t i = 0; i < node.input_count(); ++i) {
    Reject r = i == 1 ? RequireType(node, 1, {DataType::kInt64})
                      : RequireTypes(node, i, kTypes);
    if (!r.supported()) return r;
    if (i > 2 && node.input_type(i) != node.input_type(2)) {
      return {RejectReason::kDataType, "inputs of different types"};
    }
  }
  return {};
}

Status PrepareOptimizer(PrepareContext& ctx, Optimizer optimizer) {
  const size_t lists = Lists(optimizer);
  const size_t count = (ctx.input_count() - 2) / lists;
  if (Product(ctx.in(0).dims) != 1 || Product(ctx.in(1).dims) != 1) {
    return ShapeError(ctx, "R and T must be scalars");
  }
  for (size_t i = 0; i < count; ++i) {
    const TensorDesc x = ctx.in(2 + i);
    for (size_t list = 1; list < lists; ++list) {
      if (ctx.in(2 + list * count + i).dims != x.dims) {
        return ShapeError(ctx, "a gradient or state does not fit its tensor");
      }
      const size_t o = (list - 1) * count + i;
      if (!ctx.HasOutput(o)) continue;
      ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {x.type, x.dims}));
    }
  }
  std::vector<Launch> launches;
  for (size_t i = 0; i < count; ++i) {
    launches.push_back(TensorLaunch(ctx, optimizer, i, count));
  }
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
