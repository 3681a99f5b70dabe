#include <algorithm>
#include <numeric>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {
namespace {

using UniqueTypes = ConcatTypes<NumericTypes, TypeList<bool>>::Type;

struct State {
  DataType type = DataType::kFloat;
  int64_t outer = 1;
  int64_t items = 0;  // elements, or slices along the axis
  int64_t inner = 1;
  int64_t found = 0;  // different items of the declared output
  int64_t element_bytes = 4;
  bool sorted = true;
  bool has_out[4] = {};
};

// How many items differ is known only after the run, so the model must
// declare it.
Reject Supports(const NodeView& n) {
  if (!HasType<UniqueTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  return HasStaticOutput(n, 0)
             ? Reject()
             : Reject(RejectReason::kDynamicShape, "the number of results");
}

// Order of two items: -1, 0, 1; NaN after everything, equal to NaN.
template <typename T>
int Compare(const State& s, const void* in, int64_t a, int64_t b) {
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t i = 0; i < s.inner; ++i) {
      const auto x = Widen(LoadAt<T>(in, (o * s.items + a) * s.inner + i));
      const auto y = Widen(LoadAt<T>(in, (o * s.items + b) * s.inner + i));
      if (x == y) continue;
      const bool x_nan = x != x;
      const bool y_nan = y != y;
      if (x_nan && y_nan) continue;
      if (y_nan || x < y) return -1;
      return 1;
    }
  }
  return 0;
}

void CopyItem(const State& s, const void* in, int64_t from, void* out,
              int64_t to) {
  const int64_t block = s.inner * s.element_bytes;
  for (int64_t o = 0; o < s.outer; ++o) {
    CopyBlock(static_cast<const char*>(in) + (o * s.items + from) * block,
              static_cast<char*>(out) + (o * s.found + to) * block, block);
  }
}

struct Work {
  int64_t* order;  // items by value, equal ones by position
  int64_t* first;  // of each group in that order: start in `order`
  int64_t* rank;   // groups in output order
};

// Groups equal items; returns their number, or -1 when there are more than
// the model declares.
template <typename T>
int64_t Group(const State& s, const void* in, const Work& w) {
  std::iota(w.order, w.order + s.items, int64_t{0});
  std::sort(w.order, w.order + s.items, [&](int64_t a, int64_t b) {
    const int c = Compare<T>(s, in, a, b);
    return c != 0 ? c < 0 : a < b;
  });
  int64_t groups = 0;
  for (int64_t i = 0; i < s.items; ++i) {
    if (i > 0 && Compare<T>(s, in, w.order[i - 1], w.order[i]) == 0) continue;
    if (groups == s.found) return -1;
    w.first[groups++] = i;
  }
  return groups;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  int64_t* scratch = static_cast<int64_t*>(args.scratch);
  const Work w = {scratch, scratch + s.items, scratch + s.items + s.found};
  int64_t groups = 0;
  DispatchType<UniqueTypes>(
      s.type, [&]<typename T>() { groups = Group<T>(s, args.in[0], w); });
  if (groups != s.found) return ONNXIFI_STATUS_INTERNAL_ERROR;
  std::iota(w.rank, w.rank + groups, int64_t{0});
  if (!s.sorted) {
    std::sort(w.rank, w.rank + groups, [&](int64_t a, int64_t b) {
      return w.order[w.first[a]] < w.order[w.first[b]];
    });
  }
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t begin = w.first[w.rank[g]];
    const int64_t end =
        w.rank[g] + 1 < groups ? w.first[w.rank[g] + 1] : s.items;
    if (s.has_out[0]) {
      CopyItem(s, args.in[0], w.order[begin], args.out[0], g);
    }
    if (s.has_out[1]) StoreAt<int64_t>(args.out[1], g, w.order[begin]);
    for (int64_t i = begin; s.has_out[2] && i < end; ++i) {
      StoreAt<int64_t>(args.out[2], w.order[i], g);
    }
    if (s.has_out[3]) StoreAt<int64_t>(args.out[3], g, end - begin);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, DeclaredOutput(ctx, 0));
  State s;
  s.type = in.type;
  s.element_bytes = ElementBytes(in.type);
  s.sorted = ctx.attrs().Int("sorted", 1) != 0;
  s.items = Product(in.dims);
  Shape wanted = {0};
  size_t at = 0;
  if (ctx.attrs().Has("axis")) {
    ONNXIFI_ASSIGN_OR_RETURN(
        at, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
    const std::span<const int64_t> all(in.dims);
    s.outer = Product(all.first(at));
    s.items = in.dims[at];
    s.inner = Product(all.subspan(at + 1));
    wanted = in.dims;
  }
  if (dims.size() == wanted.size()) wanted[at] = dims[at];
  if (dims != wanted) {
    return ShapeError(ctx, "the declared shape does not fit the input");
  }
  s.found = dims[at];
  for (size_t o = 0; o < 4; ++o) {
    s.has_out[o] = ctx.HasOutput(o);
    if (!s.has_out[o]) continue;
    TensorDesc desc = {DataType::kInt64, {o == 2 ? s.items : s.found}};
    if (o == 0) desc = {s.type, dims};
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, std::move(desc)));
  }
  ctx.BookScratch(static_cast<size_t>(s.items + 2 * s.found) * sizeof(int64_t));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(unique, {.op = "Unique",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
