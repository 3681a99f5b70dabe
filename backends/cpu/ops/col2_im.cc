#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t columns = 0;  // channels times the block's size
  int64_t blocks = 0;   // positions of the block
  int64_t channels = 0;
  Shape image;
  Shape strides;
  Shape pads;  // begins, then ends
  Shape dilations;
};

Reject Supports(const NodeView& n) {
  if (!HasType<NumericTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireType(n, i, {DataType::kInt64}); !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnownOrDeclared(n, i); !r.supported()) return r;
  }
  return {};
}

// Positions of the block along each axis; false when the sizes do not fit.
bool Positions(const State& s, std::span<const int64_t> block,
               int64_t* positions) {
  int64_t total = 1;
  int64_t size = 1;
  for (size_t a = 0; a < s.image.size(); ++a) {
    int64_t reach = 0;
    if (block[a] < 1 || !CheckedMul(block[a] - 1, s.dilations[a], &reach)) {
      return false;
    }
    const int64_t room =
        s.image[a] + s.pads[a] + s.pads[a + s.image.size()] - reach - 1;
    if (room < 0) return false;
    positions[a] = room / s.strides[a] + 1;
    if (!CheckedMul(total, positions[a], &total) ||
        !CheckedMul(size, block[a], &size)) {
      return false;
    }
  }
  return total == s.blocks && size * s.channels == s.columns;
}

template <typename T>
void AddColumns(const State& s, std::span<const int64_t> block,
                const int64_t* positions, int64_t row, const RunArgs& args) {
  // row: one column entry of one channel of one batch entry.
  const int64_t size = Product(block);
  int64_t in_block[graph::kMaxRank];
  int64_t rest = row % size;
  for (size_t a = block.size(); a-- > 0;) {
    in_block[a] = rest % block[a];
    rest /= block[a];
  }
  const int64_t plane = row / size * Product(s.image);
  for (int64_t p = 0; p < s.blocks; ++p) {
    int64_t left = p;
    int64_t offset = 0;
    int64_t stride = 1;
    bool inside = true;
    for (size_t a = block.size(); a-- > 0;) {
      const int64_t at = left % positions[a] * s.strides[a] +
                         in_block[a] * s.dilations[a] - s.pads[a];
      left /= positions[a];
      inside = inside && at >= 0 && at < s.image[a];
      offset += at * stride;
      stride *= s.image[a];
    }
    if (!inside) continue;
    const Compute<T> sum = static_cast<Compute<T>>(
        Widen(LoadAt<T>(args.out[0], plane + offset)) +
        Widen(LoadAt<T>(args.in[0], row * s.blocks + p)));
    StoreAt<T>(args.out[0], plane + offset, Narrow<T>(sum));
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  IntList image, block;
  int64_t positions[graph::kMaxRank];
  const int64_t axes = static_cast<int64_t>(s.image.size());
  if (!ReadInts(args.in[1], DataType::kInt64, axes, &image) ||
      !ReadInts(args.in[2], DataType::kInt64, axes, &block) ||
      !std::equal(s.image.begin(), s.image.end(), image.values) ||
      !Positions(s, block.span(), positions)) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  const int64_t planes = s.batch * s.channels;
  std::memset(
      args.out[0], 0,
      static_cast<size_t>(planes * Product(s.image) * ElementBytes(s.type)));
  const int64_t size = s.channels == 0 ? 0 : s.columns / s.channels;
  DispatchType<NumericTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(planes, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin * size; row < end * size; ++row) {
        AddColumns<T>(s, block.span(), positions, row, args);
      }
    });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Shape ListOr(const NodeView& n, const char* name, size_t count,
             int64_t fallback) {
  const auto given = n.attrs().Ints(name);
  if (given.empty()) return Shape(count, fallback);
  return Shape(given.begin(), given.end());
}

Status Prepare(PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  State s;
  s.type = ctx.in(0).type;
  if (x.size() != 3) return ShapeError(ctx, "the input must have rank 3");
  s.batch = x[0];
  s.columns = x[1];
  s.blocks = x[2];
  if (ctx.ConstantIn(1) != nullptr && ctx.ConstantIn(2) != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(s.image, ctx.ConstantInts(1));
    ONNXIFI_ASSIGN_OR_RETURN(const Shape block, ctx.ConstantInts(2));
    const int64_t size = Product(block);
    s.channels = size < 1 ? -1 : s.columns / size;
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(s.image, DeclaredOutput(ctx, 0));
    s.channels = s.image.size() > 2 ? s.image[1] : -1;
    if (s.channels >= 0) s.image.erase(s.image.begin(), s.image.begin() + 2);
  }
  const size_t axes = s.image.size();
  s.strides = ListOr(ctx, "strides", axes, 1);
  s.dilations = ListOr(ctx, "dilations", axes, 1);
  s.pads = ListOr(ctx, "pads", 2 * axes, 0);
  bool fits = s.channels >= 0 && axes > 0 && s.strides.size() == axes &&
              s.dilations.size() == axes && s.pads.size() == 2 * axes &&
              Product(ctx.in(1).dims) == static_cast<int64_t>(axes) &&
              Product(ctx.in(2).dims) == static_cast<int64_t>(axes);
  for (size_t a = 0; fits && a < axes; ++a) {
    fits = s.strides[a] >= 1 && s.dilations[a] >= 1 && s.pads[a] >= 0 &&
           s.pads[a + axes] >= 0 && s.image[a] >= 0;
  }
  if (!fits) {
    return ShapeError(ctx, StrCat("input ", ShapeText(x),
                                  " does not fit the image and block"));
  }
  Shape out = {s.batch, s.channels};
  out.insert(out.end(), s.image.begin(), s.image.end());
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, std::move(out)}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(col2_im, {.op = "Col2Im",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
