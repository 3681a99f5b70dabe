#include <algorithm>
#include <complex>
#include <cstring>
#include <type_traits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// Truth values add up to whether one of them holds.
using SumTypes =
    ConcatTypes<NumericTypes, TypeList<bool, std::complex<float>,
                                       std::complex<double>>>::Type;

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t columns = 0;  // channels times the block's size
  int64_t blocks = 0;   // positions of the block
  int64_t channels = 0;
  Shape image;
  Shape block;
  Shape positions;  // of the block, along each axis
  Shape strides;
  Shape pads;  // begins, then ends
  Shape dilations;
};

Reject Supports(const NodeView& n) {
  if (!HasType<SumTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireType(n, i, {DataType::kInt64}); !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

// Finds the positions of the block along each axis and the channels; false
// when the sizes do not fit.
bool Place(State* s) {
  int64_t total = 1;
  int64_t size = 1;
  for (size_t a = 0; a < s->image.size(); ++a) {
    int64_t reach = 0;
    int64_t room = s->image[a];
    if (s->block[a] < 1 || room < 0 ||
        !CheckedMul(s->block[a] - 1, s->dilations[a], &reach) ||
        !CheckedAdd(room, s->pads[a], &room) ||
        !CheckedAdd(room, s->pads[a + s->image.size()], &room) ||
        room <= reach) {
      return false;
    }
    s->positions.push_back((room - reach - 1) / s->strides[a] + 1);
    if (!CheckedMul(total, s->positions[a], &total) ||
        !CheckedMul(size, s->block[a], &size)) {
      return false;
    }
  }
  s->channels = s->columns / size;
  return total == s->blocks && size * s->channels == s->columns;
}

// out[j] += in[i]
template <typename T>
void Add(const void* in, int64_t i, void* out, int64_t j) {
  if constexpr (std::is_same_v<T, bool>) {
    if (LoadAt<uint8_t>(in, i) != 0) StoreAt<uint8_t>(out, j, 1);
  } else {
    StoreAt<T>(out, j,
               Narrow<T>(static_cast<Compute<T>>(Widen(LoadAt<T>(out, j)) +
                                                 Widen(LoadAt<T>(in, i)))));
  }
}

// Adds a row: one column entry of one channel of one batch entry.
template <typename T>
void AddColumns(const State& s, int64_t row, const RunArgs& args) {
  const Shape& block = s.block;
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
      const int64_t at = left % s.positions[a] * s.strides[a] +
                         in_block[a] * s.dilations[a] - s.pads[a];
      left /= s.positions[a];
      inside = inside && at >= 0 && at < s.image[a];
      offset += at * stride;
      stride *= s.image[a];
    }
    if (!inside) continue;
    Add<T>(args.in[0], row * s.blocks + p, args.out[0], plane + offset);
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t planes = s.batch * s.channels;
  std::memset(
      args.out[0], 0,
      static_cast<size_t>(planes * Product(s.image) * ElementBytes(s.type)));
  const int64_t size = Product(s.block);
  DispatchType<SumTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(planes, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin * size; row < end * size; ++row) {
        AddColumns<T>(s, row, args);
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
  ONNXIFI_ASSIGN_OR_RETURN(s.image, ctx.ConstantInts(1));
  ONNXIFI_ASSIGN_OR_RETURN(s.block, ctx.ConstantInts(2));
  const size_t axes = s.image.size();
  s.strides = ListOr(ctx, "strides", axes, 1);
  s.dilations = ListOr(ctx, "dilations", axes, 1);
  s.pads = ListOr(ctx, "pads", 2 * axes, 0);
  bool fits = axes > 0 && axes + 2 <= graph::kMaxRank &&
              s.block.size() == axes && s.strides.size() == axes &&
              s.dilations.size() == axes && s.pads.size() == 2 * axes;
  for (size_t a = 0; fits && a < axes; ++a) {
    fits = s.strides[a] >= 1 && s.dilations[a] >= 1 && s.pads[a] >= 0 &&
           s.pads[a + axes] >= 0;
  }
  if (!fits || !Place(&s)) {
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
