#include <array>
#include <cstring>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/move_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

// Results up to this size become constants, so that shape computations that
// use them go on at plan time; larger ones are filled by a step.
constexpr size_t kMaxFoldedBytes = 1 << 16;

struct State {
  std::array<unsigned char, 16> value = {};
  int64_t element_bytes = 4;
  int64_t count = 0;
};

DataType OutputType(const NodeView& n) {
  const graph::TensorPtr value = n.attrs().Tensor("value");
  return value == nullptr ? DataType::kFloat : value->type;
}

Reject Supports(const NodeView& n) {
  const DataType type = OutputType(n);
  if (ElementBytes(type) == 0 || type == DataType::kString) {
    return {RejectReason::kDataType, graph::DataTypeName(type)};
  }
  return RequireKnownOrDeclared(n, 0);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ParallelFill(s.value.data(), s.element_bytes, args.out[0], s.count,
               args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  Shape dims;
  if (ctx.ConstantIn(0) != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(dims, ctx.ConstantInts(0));
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(dims, DeclaredOutput(ctx, 0));
  }
  const DataType type = OutputType(ctx);
  State state;
  state.element_bytes = ElementBytes(type);
  if (const graph::TensorPtr value = ctx.attrs().Tensor("value")) {
    if (value->bytes < static_cast<size_t>(state.element_bytes)) {
      return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                       "attribute 'value' has no element");
    }
    std::memcpy(state.value.data(), value->data, ElementBytes(type));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, graph::ByteSize(type, dims));
  state.count = Product(dims);
  if (bytes <= kMaxFoldedBytes && ctx.ConstantIn(0) != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                             graph::MakeTensor(type, dims));
    ParallelFill(state.value.data(), state.element_bytes, made.data,
                 state.count, &ctx.pool());
    return ctx.SetConstantOutput(0, made.tensor);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims)}));
  ctx.SetStepState(&Run, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(constant_of_shape, {.op = "ConstantOfShape",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
