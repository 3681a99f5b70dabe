#include <cmath>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kRangeInts = TypeBit(DataType::kInt16) |
                               TypeBit(DataType::kInt32) |
                               TypeBit(DataType::kInt64);

// Integers up to this many become constants, so that shape computations that
// use them go on while the plan is made.
constexpr int64_t kMaxFolded = 4096;
constexpr int64_t kMaxCount = int64_t{1} << 46;

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kRangeInts | kFloatTypes);
        !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

// ceil((limit - start) / delta), at least 0; -1 when it is no number or too
// large.
int64_t CountIntegers(int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0) return -1;
  if (delta > 0 ? limit <= start : limit >= start) return 0;
  // In unsigned arithmetic distances and -delta cannot overflow.
  const bool up = delta > 0;
  const uint64_t low = static_cast<uint64_t>(up ? start : limit);
  const uint64_t high = static_cast<uint64_t>(up ? limit : start);
  const uint64_t step = up ? static_cast<uint64_t>(delta)
                           : uint64_t{0} - static_cast<uint64_t>(delta);
  const uint64_t count = (high - low - 1) / step + 1;
  return count > kMaxCount ? -1 : static_cast<int64_t>(count);
}

int64_t CountNumbers(double start, double limit, double delta) {
  const double count = std::ceil((limit - start) / delta);
  if (!(count < static_cast<double>(kMaxCount))) return -1;
  return count > 0 ? static_cast<int64_t>(count) : 0;
}

Status SetFolded(PrepareContext& ctx, DataType type, int64_t start,
                 int64_t delta, int64_t count) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(type, {count}));
  const size_t bytes = static_cast<size_t>(ElementBytes(type));
  uint64_t value = static_cast<uint64_t>(start);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const int64_t wide = static_cast<int64_t>(value);
    const int32_t word = static_cast<int32_t>(wide);
    const int16_t narrow = static_cast<int16_t>(wide);
    const void* const from =
        bytes == sizeof(wide)   ? static_cast<const void*>(&wide)
        : bytes == sizeof(word) ? static_cast<const void*>(&word)
                                : &narrow;
    std::memcpy(static_cast<char*>(made.data) + i * bytes, from, bytes);
    value += static_cast<uint64_t>(delta);
  }
  return ctx.SetConstantOutput(0, made.tensor);
}

Launch Fill(const PrepareContext& ctx, DataType type, int64_t count) {
  KernelText kernel;
  kernel.In("start", type, 0).In("delta", type, 2).Out("y", type, 0);
  const char* const compute = KernelTypeOf(type).compute;
  const std::string value =
      StrCat("(", compute, ")(", LoadText(type, "start", "0"), " + (", compute,
             ")i * ", LoadText(type, "delta", "0"), ")");
  return MakeElementLoop(FactsOf(ctx), kernel, {{count}}, {},
                         StoreText(type, "y", "i", value));
}

Status Prepare(PrepareContext& ctx) {
  const DataType type = ctx.in(0).type;
  int64_t integers[3];
  double numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const graph::TensorData* known = ctx.ConstantIn(i);
    if (known == nullptr) return UnknownInput(ctx, i);
    if (Product(known->dims) != 1 || known->type != type) {
      return ShapeError(ctx, "start, limit and delta must be scalars");
    }
    integers[i] = HostInteger(known->data, type, 0);
    numbers[i] = HostNumber(known->data, type, 0);
  }
  const bool whole = (TypeBit(type) & kRangeInts) != 0;
  const int64_t count =
      whole ? CountIntegers(integers[0], integers[1], integers[2])
            : CountNumbers(numbers[0], numbers[1], numbers[2]);
  if (count < 0) {
    return ShapeError(ctx, "delta is 0 or the range has no end");
  }
  if (whole && count <= kMaxFolded) {
    return SetFolded(ctx, type, integers[0], integers[2], count);
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, {count}}));
  SetLaunches(ctx, {Fill(ctx, type, count)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(range,
                   {.op = "Range", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
