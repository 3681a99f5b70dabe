#include <array>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kBoolType); !r.supported()) return r;
  if (Reject r = RequireTypes(node, 1, kAnyType); !r.supported()) return r;
  return RequireTypes(node, 2, kAnyType);
}

Status TypesDiffer(const NodeView& node) {
  return NodeError(node, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                   "the choices have different types");
}

Result<std::string> Text(const ElementNode& node,
                         const std::vector<std::string>& v) {
  if (node.type(1) != node.type(2)) return TypesDiffer(node);
  return StrCat("(", v[0], " ? ", v[1], " : ", v[2], ")");
}

constexpr ElementRule kRule = {
    .made = [](const ElementNode& node) { return node.type(1); },
    .text = &Text};

// Types that kernels move and do not compute in.
Reject SupportsMoved(const NodeView& node) {
  if (Reject r = RequireType(node, 0, {DataType::kBool}); !r.supported()) {
    return r;
  }
  return RequireMovable(node, {1, 2});
}

Status PrepareMoved(PrepareContext& ctx) {
  const std::array<Shape, 3> shapes = {ctx.in(0).dims, ctx.in(1).dims,
                                       ctx.in(2).dims};
  ONNXIFI_ASSIGN_OR_RETURN(const Shape dims,
                           BroadcastShape(ctx.node(), shapes));
  const DataType type = ctx.in(1).type;
  if (ctx.in(2).type != type) return TypesDiffer(ctx);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, dims}));
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (shapes[i] == dims) ctx.AllowInPlace(0, i);
  }
  const char* const unit = UnitOf(type);
  KernelText kernel;
  kernel.In("c", DataType::kBool, 0).InAs("a", unit, 1).InAs("b", unit, 2);
  kernel.OutAs("y", unit, 0);
  const LoopOperand operands[] = {{"c", BroadcastStrides(shapes[0], dims), 0},
                                  {"a", BroadcastStrides(shapes[1], dims), 0},
                                  {"b", BroadcastStrides(shapes[2], dims), 0}};
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), kernel, dims, operands,
                                    "    if (c[c_i]) {\n      y[i] = a[a_i];\n"
                                    "    } else {\n      y[i] = b[b_i];\n"
                                    "    }")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(where, ElementKernel<kRule>("Where", &Supports),
                   {.op = "Where",
                    .supports = &SupportsMoved,
                    .prepare = &PrepareMoved});

}  // namespace onnxifi::opencl
