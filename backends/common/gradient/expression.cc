#include "backends/common/gradient/expression.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace onnxifi::gradient {

using graph::DataType;
using graph::Shape;

namespace {

// The dimension that two broadcast to, as far as it is known.
void JoinDim(const TensorInfo& from, size_t at, int64_t* dim,
             std::string* symbol) {
  const int64_t other = from.dims[at];
  if (*dim == 1 || (other > 1 && *dim < 0)) {
    *dim = other;
    *symbol = from.symbols[at];
  } else if (other < 0 && *dim < 0 && *symbol != from.symbols[at]) {
    symbol->clear();
  }
}

TensorInfo Broadcast(DataType type, const TensorInfo& a, const TensorInfo& b) {
  if (!a.has_shape || !b.has_shape) return OfType(type);
  const TensorInfo& longer = a.dims.size() >= b.dims.size() ? a : b;
  const TensorInfo& shorter = a.dims.size() >= b.dims.size() ? b : a;
  TensorInfo out = longer;
  out.type = type;
  const size_t shift = longer.dims.size() - shorter.dims.size();
  for (size_t i = 0; i < shorter.dims.size(); ++i) {
    JoinDim(shorter, i, &out.dims[shift + i], &out.symbols[shift + i]);
  }
  return out;
}

// Both shapes are fixed and the same.
bool SameFixedShape(Var x, Var y) {
  const TensorInfo a = x.info();
  const TensorInfo b = y.info();
  return x.emitter->trusts_shapes() && a.has_shape && b.has_shape &&
         a.dims == b.dims &&
         std::all_of(a.dims.begin(), a.dims.end(),
                     [](int64_t dim) { return dim >= 0; });
}

std::vector<int64_t> Range(size_t count) {
  std::vector<int64_t> range(count);
  std::iota(range.begin(), range.end(), 0);
  return range;
}

Var Reduced(const char* op, Var x, const std::vector<int64_t>& axes) {
  TensorInfo out = x.info();
  const auto rank = static_cast<int64_t>(out.dims.size());
  for (int64_t axis : axes) {
    if (axis < 0) axis += rank;
    if (!out.has_shape || axis < 0 || axis >= rank) {
      out = OfType(out.type);
      break;
    }
    out.dims[static_cast<size_t>(axis)] = 1;
    out.symbols[static_cast<size_t>(axis)].clear();
  }
  return x.emitter->Emit(op, {x, x.emitter->Ints(axes)}, std::move(out));
}

}  // namespace

Var Unary(const char* op, Var x) { return x.emitter->Emit(op, {x}, x.info()); }

Var Binary(const char* op, Var a, Var b) {
  return a.emitter->Emit(op, {a, b}, Broadcast(a.type(), a.info(), b.info()));
}

Var Compare(const char* op, Var a, Var b) {
  return a.emitter->Emit(op, {a, b},
                         Broadcast(DataType::kBool, a.info(), b.info()));
}

Var Where(Var condition, Var yes, Var no) {
  const TensorInfo branches = Broadcast(yes.type(), yes.info(), no.info());
  return yes.emitter->Emit("Where", {condition, yes, no},
                           Broadcast(yes.type(), condition.info(), branches));
}

Var Cast(Var x, DataType type) {
  if (x.type() == type) return x;
  TensorInfo out = x.info();
  out.type = type;
  return x.emitter->Emit("Cast", {x}, std::move(out),
                         {IntAttribute("to", static_cast<int64_t>(type))});
}

Var ShapeOf(Var x, int64_t start) {
  return x.emitter->Emit("Shape", {x}, OfRank(DataType::kInt64, 1),
                         {IntAttribute("start", start)});
}

Var ShapeOf(Var x, int64_t start, int64_t end) {
  return x.emitter->Emit(
      "Shape", {x}, OfRank(DataType::kInt64, 1),
      {IntAttribute("start", start), IntAttribute("end", end)});
}

Var SizeOf(Var x) {
  return x.emitter->Emit("Size", {x}, OfDims(DataType::kInt64, {}));
}

// Counts do not fit a half type.
Var SizeRatio(Var a, Var b) {
  const DataType type =
      a.type() == DataType::kDouble ? DataType::kDouble : DataType::kFloat;
  return Cast(Cast(SizeOf(a), type) / Cast(SizeOf(b), type), a.type());
}

Var JoinInts(const std::vector<Var>& lists) {
  return lists.front().emitter->Emit(
      "Concat", lists, OfRank(DataType::kInt64, 1), {IntAttribute("axis", 0)});
}

Var Reshape(Var x, Var shape, TensorInfo out) {
  out.type = x.type();
  return x.emitter->Emit("Reshape", {x, shape}, std::move(out));
}

// A dimension of 0 in the shape means 0.
Var ReshapeLike(Var x, Var like) {
  TensorInfo out = like.info();
  out.type = x.type();
  return x.emitter->Emit("Reshape", {x, ShapeOf(like)}, std::move(out),
                         {IntAttribute("allowzero", 1)});
}

Var Flat(Var x) {
  return Reshape(x, x.emitter->Ints({-1}), OfRank(x.type(), 1));
}

Var Transpose(Var x, const std::vector<int64_t>& permutation) {
  const TensorInfo in = x.info();
  TensorInfo out = OfRank(in.type, permutation.size());
  for (size_t i = 0; i < permutation.size() && in.has_shape; ++i) {
    const auto from = static_cast<size_t>(permutation[i]);
    if (from >= in.dims.size()) break;
    out.dims[i] = in.dims[from];
    out.symbols[i] = in.symbols[from];
  }
  return x.emitter->Emit("Transpose", {x}, std::move(out),
                         {IntsAttribute("perm", permutation)});
}

Var SwapDims(Var x, size_t rank, size_t a, size_t b) {
  std::vector<int64_t> permutation = Range(rank);
  std::swap(permutation[a], permutation[b]);
  return Transpose(x, permutation);
}

Var Unsqueeze(Var x, Var axes) {
  return x.emitter->Emit("Unsqueeze", {x, axes}, OfType(x.type()));
}

Var Unsqueeze(Var x, int64_t axis) {
  TensorInfo out = x.info();
  if (out.has_shape) {
    const auto rank = static_cast<int64_t>(out.dims.size());
    const int64_t at =
        std::clamp<int64_t>(axis < 0 ? axis + rank + 1 : axis, 0, rank);
    out.dims.insert(out.dims.begin() + at, 1);
    out.symbols.insert(out.symbols.begin() + at, "");
  }
  return x.emitter->Emit("Unsqueeze", {x, x.emitter->Ints({axis})},
                         std::move(out));
}

Var Squeeze(Var x, int64_t axis) {
  TensorInfo out = x.info();
  if (out.has_shape && !out.dims.empty()) {
    const auto rank = static_cast<int64_t>(out.dims.size());
    const int64_t at =
        std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank - 1);
    out.dims.erase(out.dims.begin() + at);
    out.symbols.erase(out.symbols.begin() + at);
  }
  return x.emitter->Emit("Squeeze", {x, x.emitter->Ints({axis})},
                         std::move(out));
}

Var SumOver(Var x, const std::vector<int64_t>& axes) {
  return Reduced("ReduceSum", x, axes);
}

Var MeanOver(Var x, const std::vector<int64_t>& axes) {
  return Reduced("ReduceMean", x, axes);
}

Var MatMul(Var a, Var b) {
  const TensorInfo left = a.info();
  const TensorInfo right = b.info();
  TensorInfo out = OfType(a.type());
  if (left.has_shape && right.has_shape && left.dims.size() >= 2 &&
      right.dims.size() >= 2) {
    const auto batch = [](TensorInfo info) {
      info.dims.resize(info.dims.size() - 2);
      info.symbols.resize(info.dims.size());
      return info;
    };
    out = Broadcast(a.type(), batch(left), batch(right));
    const size_t m = left.dims.size() - 2;
    const size_t n = right.dims.size() - 1;
    out.dims.insert(out.dims.end(), {left.dims[m], right.dims[n]});
    out.symbols.insert(out.symbols.end(), {left.symbols[m], right.symbols[n]});
  }
  return a.emitter->Emit("MatMul", {a, b}, std::move(out));
}

Var ReduceTo(Var x, Var like) {
  if (x.id == like.id || SameFixedShape(x, like)) return x;
  TensorInfo out = like.info();
  out.type = x.type();
  return x.emitter->Emit("ReduceTo", {x, like}, std::move(out), {}, kDomain);
}

Var ExpandTo(Var x, Var like) {
  if (x.id == like.id || SameFixedShape(x, like)) return x;
  TensorInfo out = like.info();
  out.type = x.type();
  return x.emitter->Emit("ExpandTo", {x, like}, std::move(out), {}, kDomain);
}

Var CropTo(Var x, Var like, const std::vector<int64_t>& offsets) {
  const bool moves = std::any_of(offsets.begin(), offsets.end(),
                                 [](int64_t offset) { return offset != 0; });
  if (!moves && SameFixedShape(x, like)) return x;
  TensorInfo out = like.info();
  out.type = x.type();
  return x.emitter->Emit("CropTo", {x, like}, std::move(out),
                         {IntsAttribute("offsets", offsets)}, kDomain);
}

Var Zeros(DataType type, Var shape, TensorInfo out) {
  out.type = type;
  return shape.emitter->Emit("Expand", {shape.emitter->Scalar(type, 0), shape},
                             std::move(out));
}

Var ZerosLike(Var x) { return ExpandTo(Number(x, 0), x); }

}  // namespace onnxifi::gradient
