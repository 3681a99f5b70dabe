#include <complex>

#include "backends/common/evaluate_context.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

using NonZeroTypes =
    ConcatTypes<NumericTypes,
                TypeList<std::complex<float>, std::complex<double>>>::Type;

// The same with bool, whose bytes may be any, and with strings, of which the
// empty one is zero.
template <typename Fn>
bool DispatchNonZero(DataType type, const Fn& fn) {
  if (type == DataType::kBool) type = DataType::kUint8;
  if (type != DataType::kString) return DispatchType<NonZeroTypes>(type, fn);
  fn.template operator()<graph::StringRef>();
  return true;
}

Reject Supports(const NodeView& n) {
  return DispatchNonZero(n.input_type(0), []<typename T>() {})
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

// Calls fn with the position of every element that is not zero, in order.
template <typename T, typename Fn>
void ForEachNonZero(const graph::TensorData& in, int64_t count, const Fn& fn) {
  const T* values = Elements<T>(in);
  for (int64_t i = 0; i < count; ++i) {
    if (Widen(values[i]) != Compute<T>{}) fn(i);
  }
}

// One row per axis, one column per element found.
Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in, ctx.Tensor(0));
  const Shape& dims = in->dims;
  const int64_t count = Product(dims);
  int64_t found = 0;
  const bool known = DispatchNonZero(in->type, [&]<typename T>() {
    ForEachNonZero<T>(*in, count, [&](int64_t) { ++found; });
  });
  if (!known) return ctx.Error(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, "input 0");
  const auto rank = static_cast<int64_t>(dims.size());
  ONNXIFI_ASSIGN_OR_RETURN(
      int64_t * out,
      ctx.MakeOutput<int64_t>(0, DataType::kInt64, {rank, found}));
  int64_t column = 0;
  DispatchNonZero(in->type, [&]<typename T>() {
    ForEachNonZero<T>(*in, count, [&](int64_t i) {
      for (size_t a = dims.size(); a-- > 0;) {
        out[static_cast<int64_t>(a) * found + column] = i % dims[a];
        i /= dims[a];
      }
      ++column;
    });
  });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(non_zero, {.op = "NonZero",
                              .supports = &Supports,
                              .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
