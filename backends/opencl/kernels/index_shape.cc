#include "backends/opencl/kernels/index_shape.h"

#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Status Mismatch(const PrepareContext& ctx) {
  return ShapeError(
      ctx, StrCat("indices ", ShapeText(ctx.in(1).dims), " do not fit data ",
                  ShapeText(ctx.in(0).dims)));
}

}  // namespace

Result<ElementShape> FindElements(const PrepareContext& ctx) {
  const Shape& data = ctx.in(0).dims;
  ElementShape shape;
  ONNXIFI_ASSIGN_OR_RETURN(
      shape.axis, NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), data.size()));
  shape.dims = ctx.in(1).dims;
  if (shape.dims.size() != data.size()) return Mismatch(ctx);
  for (size_t i = 0; i < data.size(); ++i) {
    if (i != shape.axis && shape.dims[i] > data[i]) return Mismatch(ctx);
  }
  shape.limit = data[shape.axis];
  shape.strides = RowMajorStrides(data);
  std::swap(shape.axis_stride, shape.strides[shape.axis]);
  shape.strides[shape.axis] = 0;
  return shape;
}

Result<TupleShape> FindTuples(const PrepareContext& ctx, int64_t batch_dims) {
  const std::span<const int64_t> data(ctx.in(0).dims);
  const std::span<const int64_t> indices(ctx.in(1).dims);
  const size_t batch = static_cast<size_t>(std::max<int64_t>(batch_dims, 0));
  if (batch_dims < 0 || batch >= indices.size() || batch >= data.size() ||
      static_cast<size_t>(indices.back()) > data.size() - batch ||
      !std::ranges::equal(data.first(batch), indices.first(batch))) {
    return Mismatch(ctx);
  }
  const size_t length = static_cast<size_t>(indices.back());
  const auto tuples = indices.first(indices.size() - 1);
  const auto indexed = data.subspan(batch, length);
  const auto rest = data.subspan(batch + length);
  const Shape strides = RowMajorStrides(data);
  const auto named = std::span<const int64_t>(strides).subspan(batch, length);
  TupleShape shape;
  shape.limits.assign(indexed.begin(), indexed.end());
  shape.strides.assign(named.begin(), named.end());
  shape.result.assign(tuples.begin(), tuples.end());
  shape.result.insert(shape.result.end(), rest.begin(), rest.end());
  shape.tuples = Product(tuples);
  shape.per_batch = std::max<int64_t>(Product(tuples.subspan(batch)), 1);
  shape.batch_stride = Product(data.subspan(batch));
  shape.slice = Product(rest);
  return shape;
}

std::string TupleText(const TupleShape& shape) {
  std::string text = StrCat("    long at = (long)(t / ", shape.per_batch,
                            ") * ", shape.batch_stride, ";\n");
  const size_t length = shape.limits.size();
  for (size_t i = 0; i < length; ++i) {
    const std::string name = StrCat("k", i);
    text += IndexText(name, StrCat("index[(long)t * ", length, " + ", i, "]"),
                      shape.limits[i]);
    text += StrCat("    at += ", name, " * ", shape.strides[i], ";\n");
  }
  return text;
}

}  // namespace onnxifi::opencl
