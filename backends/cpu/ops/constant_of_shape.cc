#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/move_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

// Results up to this size become constants of their own. Larger ones are
// filled by a step, or, where nothing remains to be run, share memory.
constexpr size_t kMaxFoldedBytes = 1 << 16;
constexpr size_t kMaxSharedBytes = size_t{256} << 20;

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
  return RequireKnown(n, 0);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  ParallelFill(s.value.data(), s.element_bytes, args.out[0], s.count,
               args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Result<graph::TensorPtr> MakeFilled(PrepareContext& ctx, const State& state,
                                    DataType type, Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(type, std::move(dims)));
  ParallelFill(state.value.data(), state.element_bytes, made.data,
               Product(made.tensor->dims), &ctx.pool());
  return made.tensor;
}

// A large constant. Constants never change, so those of one value are the
// beginning of one block: models that fill their weights with one number load
// without touching memory for each. Blocks come in powers of two.
Result<graph::TensorPtr> ShareFilled(PrepareContext& ctx, const State& state,
                                     DataType type, const Shape& dims,
                                     size_t bytes) {
  const int64_t elements =
      static_cast<int64_t>(std::bit_ceil(bytes)) / state.element_bytes;
  std::string key =
      StrCat("ConstantOfShape/", graph::DataTypeName(type), "/", elements, "/");
  key.append(reinterpret_cast<const char*>(state.value.data()),
             state.value.size());
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<const graph::TensorData> block,
                           ctx.packed().GetOrMake<graph::TensorData>(key, [&] {
                             return MakeFilled(ctx, state, type, {elements});
                           }));
  auto view = std::make_shared<graph::TensorData>(*block);
  view->dims = dims;
  view->bytes = bytes;
  return graph::TensorPtr(std::move(view));
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, ctx.ConstantInts(0));
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
  if (bytes <= kMaxFoldedBytes) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr made,
                             MakeFilled(ctx, state, type, std::move(dims)));
    return ctx.SetConstantOutput(0, std::move(made));
  }
  if (bytes <= kMaxSharedBytes) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr shared,
                             ShareFilled(ctx, state, type, dims, bytes));
    return ctx.SetConstantOutput(0, std::move(shared));
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
