#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/packed_bits.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

// Results up to this size become constants of their own. Larger ones are
// filled by a step, or, where nothing remains to be run, share memory.
constexpr size_t kMaxFoldedBytes = 1 << 16;
constexpr size_t kMaxSharedBytes = size_t{256} << 20;

// The filling goes by elements, or by bytes that packed elements share.
struct State {
  std::array<unsigned char, 16> value = {};
  int64_t unit_bytes = 4;
  int64_t units = 0;
  unsigned char last = 0xFF;  // bits in use of the last byte
};

DataType OutputType(const NodeView& n) {
  const graph::TensorPtr value = n.attrs().Tensor("value");
  return value == nullptr ? DataType::kFloat : value->type;
}

Reject Supports(const NodeView& n) {
  const DataType type = OutputType(n);
  if (graph::ElementBits(type) == 0 || type == DataType::kString) {
    return {RejectReason::kDataType, graph::DataTypeName(type)};
  }
  return RequireKnown(n, 0);
}

// Puts the first element of a packed byte in all places of the byte.
void RepeatBits(DataType type, unsigned char* byte) {
  const int bits = graph::ElementBits(type);
  const unsigned element = *byte & ((1U << bits) - 1);
  unsigned all = 0;
  for (int at = 0; at < 8; at += bits) all |= element << at;
  *byte = static_cast<unsigned char>(all);
}

void Fill(const State& s, void* out, int64_t units, ThreadPool* pool) {
  ParallelFill(s.value.data(), s.unit_bytes, out, units, pool);
  if (s.last != 0xFF && units > 0) {
    static_cast<unsigned char*>(out)[units - 1] &= s.last;
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  Fill(s, args.out[0], s.units, args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Result<graph::TensorPtr> MakeFilled(PrepareContext& ctx, const State& state,
                                    DataType type, Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(type, std::move(dims)));
  Fill(state, made.data,
       static_cast<int64_t>(made.tensor->bytes) / state.unit_bytes,
       &ctx.pool());
  return made.tensor;
}

// A large constant. Constants never change, so those of one value are the
// beginning of one block: models that fill their weights with one number load
// without touching memory for each. Blocks come in powers of two.
Result<graph::TensorPtr> ShareFilled(PrepareContext& ctx, const State& state,
                                     DataType type, const Shape& dims,
                                     size_t bytes) {
  const int64_t elements = static_cast<int64_t>(std::bit_ceil(bytes)) /
                           state.unit_bytes * ElementsPerByte(type);
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
  state.unit_bytes = MovedBytes(type);
  if (const graph::TensorPtr value = ctx.attrs().Tensor("value")) {
    if (value->bytes < static_cast<size_t>(state.unit_bytes)) {
      return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                       "attribute 'value' has no element");
    }
    std::memcpy(state.value.data(), value->data,
                static_cast<size_t>(state.unit_bytes));
  }
  if (IsPacked(type)) RepeatBits(type, &state.value[0]);
  ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, graph::ByteSize(type, dims));
  state.units = static_cast<int64_t>(bytes) / state.unit_bytes;
  if (const int64_t over = Product(dims) % ElementsPerByte(type); over != 0) {
    state.last =
        static_cast<unsigned char>((1 << over * graph::ElementBits(type)) - 1);
  }
  if (bytes <= kMaxFoldedBytes) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr made,
                             MakeFilled(ctx, state, type, std::move(dims)));
    return ctx.SetConstantOutput(0, std::move(made));
  }
  if (bytes <= kMaxSharedBytes && state.last == 0xFF) {
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
