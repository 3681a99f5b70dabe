#include <algorithm>
#include <complex>
#include <numeric>
#include <vector>

#include "backends/common/evaluate_context.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

using UniqueTypes =
    ConcatTypes<NumericTypes,
                TypeList<std::complex<float>, std::complex<double>>>::Type;

// The same with bool, whose bytes may be any, and with strings.
template <typename Fn>
bool DispatchUnique(DataType type, const Fn& fn) {
  if (type == DataType::kBool) type = DataType::kUint8;
  if (type != DataType::kString) return DispatchType<UniqueTypes>(type, fn);
  fn.template operator()<graph::StringRef>();
  return true;
}

// The input as items that are compared: elements, or slices along the axis.
struct Items {
  const void* data = nullptr;
  DataType type = DataType::kFloat;
  int64_t outer = 1;
  int64_t count = 0;
  int64_t inner = 1;
  size_t axis = 0;
  Shape dims;  // of the output, the number of items found in place `axis`
};

Reject Supports(const NodeView& n) {
  return DispatchUnique(n.input_type(0), []<typename T>() {})
             ? Reject()
             : Reject(RejectReason::kDataType, "input 0");
}

// -1, 0, 1; NaN after everything, equal to NaN.
template <typename T>
int CompareValues(T x, T y) {
  if (x == y) return 0;
  const bool x_nan = x != x;
  const bool y_nan = y != y;
  if (x_nan && y_nan) return 0;
  return y_nan || x < y ? -1 : 1;
}
template <typename T>
int CompareValues(std::complex<T> x, std::complex<T> y) {
  const int real = CompareValues(x.real(), y.real());
  return real != 0 ? real : CompareValues(x.imag(), y.imag());
}

// The order of two items is that of their first different elements.
template <typename T>
int CompareItems(const Items& s, int64_t a, int64_t b) {
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.inner; ++i) {
      const auto x = Widen(LoadAt<T>(s.data, (o * s.count + a) * s.inner + i));
      const auto y = Widen(LoadAt<T>(s.data, (o * s.count + b) * s.inner + i));
      if (const int order = CompareValues(x, y); order != 0) return order;
    }
  }
  return 0;
}

struct Groups {
  std::vector<int64_t> order;  // items by value, equal ones by position
  std::vector<int64_t> first;  // of each group: where it starts in `order`
  std::vector<int64_t> rank;   // groups in output order
};

template <typename T>
Groups GroupItems(const Items& s, bool sorted) {
  Groups groups;
  groups.order.resize(static_cast<size_t>(s.count));
  std::iota(groups.order.begin(), groups.order.end(), int64_t{0});
  std::sort(groups.order.begin(), groups.order.end(),
            [&](int64_t a, int64_t b) {
              const int c = CompareItems<T>(s, a, b);
              return c != 0 ? c < 0 : a < b;
            });
  for (size_t i = 0; i < groups.order.size(); ++i) {
    if (i > 0 &&
        CompareItems<T>(s, groups.order[i - 1], groups.order[i]) == 0) {
      continue;
    }
    groups.first.push_back(static_cast<int64_t>(i));
  }
  groups.rank.resize(groups.first.size());
  std::iota(groups.rank.begin(), groups.rank.end(), int64_t{0});
  if (sorted) return groups;
  const auto earliest = [&](int64_t group) {
    const int64_t first = groups.first[static_cast<size_t>(group)];
    return groups.order[static_cast<size_t>(first)];
  };
  std::sort(groups.rank.begin(), groups.rank.end(),
            [&](int64_t a, int64_t b) { return earliest(a) < earliest(b); });
  return groups;
}

Result<Items> MakeItems(const EvaluateContext& ctx,
                        const graph::TensorData& in) {
  Items s;
  s.data = in.data;
  s.type = in.type;
  s.count = Product(in.dims);
  s.dims = {0};
  if (!ctx.attrs().Has("axis")) return s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  const std::span<const int64_t> all(in.dims);
  s.outer = Product(all.first(s.axis));
  s.count = in.dims[s.axis];
  s.inner = Product(all.subspan(s.axis + 1));
  s.dims = in.dims;
  return s;
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in, ctx.Tensor(0));
  ONNXIFI_ASSIGN_OR_RETURN(Items s, MakeItems(ctx, *in));
  const bool sorted = ctx.attrs().Int("sorted", 1) != 0;
  Groups groups;
  if (!DispatchUnique(
          in->type, [&]<typename T>() { groups = GroupItems<T>(s, sorted); })) {
    return ctx.Error(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, "input 0");
  }
  const auto found = static_cast<int64_t>(groups.first.size());
  s.dims[s.axis] = found;
  ONNXIFI_ASSIGN_OR_RETURN(char* values,
                           ctx.MakeOutput<char>(0, in->type, s.dims));
  int64_t* lists[3] = {};
  for (size_t o = 1; o < 4; ++o) {
    if (!ctx.HasOutput(o)) continue;
    ONNXIFI_ASSIGN_OR_RETURN(
        lists[o - 1], ctx.MakeOutput<int64_t>(o, DataType::kInt64,
                                              {o == 2 ? s.count : found}));
  }
  const int64_t block = s.inner * ElementBytes(in->type);
  const char* data = static_cast<const char*>(in->data);
  for (int64_t g = 0; g < found; ++g) {
    const auto group = static_cast<size_t>(groups.rank[static_cast<size_t>(g)]);
    const int64_t begin = groups.first[group];
    const int64_t end =
        group + 1 < groups.first.size() ? groups.first[group + 1] : s.count;
    const int64_t item = groups.order[static_cast<size_t>(begin)];
    for (int64_t o = 0; o < s.outer; ++o) {
      CopyBlock(data + (o * s.count + item) * block,
                values + (o * found + g) * block, block);
    }
    if (lists[0] != nullptr) lists[0][g] = item;
    for (int64_t i = begin; lists[1] != nullptr && i < end; ++i) {
      lists[1][groups.order[static_cast<size_t>(i)]] = g;
    }
    if (lists[2] != nullptr) lists[2][g] = end - begin;
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(unique, {.op = "Unique",
                            .supports = &Supports,
                            .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
