#include <cstring>
#include <memory>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"

namespace onnxifi::opencl {
namespace {

// Results up to this size become constants, so that shape computations which
// use them go on while the plan is made. Larger ones are filled by the device.
constexpr size_t kMaxFoldedBytes = 1 << 16;

DataType OutputType(const NodeView& node) {
  const graph::TensorPtr value = node.attrs().Tensor("value");
  return value == nullptr ? DataType::kFloat : value->type;
}

Reject Supports(const NodeView& node) {
  const DataType type = OutputType(node);
  if (UnitOf(type) == nullptr) {
    return {RejectReason::kDataType, graph::DataTypeName(type)};
  }
  return RequireKnown(node, 0);
}

// The bytes of one element of the result.
Result<std::vector<std::byte>> ElementOf(const NodeView& node) {
  std::vector<std::byte> element(
      static_cast<size_t>(ElementBytes(OutputType(node))));
  if (const graph::TensorPtr value = node.attrs().Tensor("value")) {
    if (value->bytes < element.size()) {
      return NodeError(node, ONNXIFI_STATUS_INVALID_MODEL,
                       "attribute 'value' has no element");
    }
    std::memcpy(element.data(), value->data, element.size());
  }
  return element;
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, ctx.ConstantInts(0));
  const DataType type = OutputType(ctx);
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<std::byte> element, ElementOf(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, graph::ByteSize(type, dims));
  if (bytes <= kMaxFoldedBytes) {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                             graph::MakeTensor(type, std::move(dims)));
    for (size_t at = 0; at < bytes; at += element.size()) {
      std::memcpy(static_cast<std::byte*>(made.data) + at, element.data(),
                  element.size());
    }
    return ctx.SetConstantOutput(0, made.tensor);
  }
  const int64_t count = Product(dims);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims)}));
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> packed,
                           PackCopy(element));
  KernelText kernel;
  kernel.Packed("v", UnitOf(type), std::move(packed));
  kernel.OutAs("y", UnitOf(type), 0);
  SetLaunches(ctx, {MakeElementLoop(FactsOf(ctx), kernel, {{count}}, {},
                                    "    y[i] = v[0];")});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(constant_of_shape, {.op = "ConstantOfShape",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::opencl
