#include "backends/opencl/kernels/signal_window.h"

#include <cmath>
#include <cstring>
#include <numbers>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

DataType OutputType(const NodeView& node) {
  return static_cast<DataType>(node.attrs().Int("output_datatype", 1));
}

double WindowAt(const WindowShape& shape, int64_t i, double n) {
  // A symmetric window of one element is that element's peak.
  const double angle = n == 0
                           ? std::numbers::pi
                           : 2 * std::numbers::pi * static_cast<double>(i) / n;
  double value = 0;
  for (int k = 0; k < 3; ++k) {
    value += shape.coefficient[k] * std::cos(k * angle);
  }
  return value;
}

}  // namespace

Reject SupportsSignalWindow(const NodeView& node) {
  const DataType type = OutputType(node);
  if (KernelTypeOf(type).storage == nullptr || type == DataType::kBool) {
    return {RejectReason::kDataType, "output_datatype"};
  }
  if (Reject r = RequireType(node, 0, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return RequireKnown(node, 0);
}

Status PrepareSignalWindow(PrepareContext& ctx, const WindowShape& shape) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                           ctx.ConstantInts(0));
  const int64_t size = sizes.size() == 1 ? sizes[0] : -1;
  if (size < 0) return ShapeError(ctx, "the size is not one number >= 0");
  const DataType type = OutputType(ctx);
  const bool periodic = ctx.attrs().Int("periodic", 1) != 0;
  const auto n = static_cast<double>(periodic ? size : size - 1);
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(type, {size}));
  const auto bytes = static_cast<size_t>(ElementBytes(type));
  char* to = static_cast<char*>(made.data);
  for (int64_t i = 0; i < size; ++i, to += bytes) {
    const HostElement element = MakeHostElement(type, WindowAt(shape, i, n));
    std::memcpy(to, element.data(), bytes);
  }
  return ctx.SetConstantOutput(0, made.tensor);
}

}  // namespace onnxifi::opencl
