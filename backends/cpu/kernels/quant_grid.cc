#include "backends/cpu/kernels/quant_grid.h"

#include <algorithm>
#include <cstring>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<QuantGrid> QuantGrid::Make(const PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  const Shape& scale = ctx.in(1).dims;
  QuantGrid grid;
  grid.scale_type_ = ctx.in(1).type;
  if (ctx.HasInput(2)) {
    grid.zero_type_ = ctx.in(2).type;
    if (Product(ctx.in(2).dims) != Product(scale)) {
      return ShapeError(ctx, "scale and zero point must have the same shape");
    }
  }
  grid.scales_ = Product(scale);
  if (grid.scales_ == 1) return grid;
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 1), x.size()));
  grid.size_ = x[axis];
  grid.inner_ = Product(std::span<const int64_t>(x).subspan(axis + 1));
  const int64_t block = ctx.attrs().Int("block_size", 0);
  if (block <= 0) {
    if (scale.size() != 1 || scale[0] != x[axis]) {
      return ShapeError(
          ctx, StrCat("scale ", ShapeText(scale), " does not fit axis ", axis,
                      " of ", ShapeText(x)));
    }
    grid.axis_scales_ = scale[0];
    return grid;
  }
  Shape expected = x;
  expected[axis] = CeilDiv(x[axis], block);
  if (scale != expected) {
    return ShapeError(ctx,
                      StrCat("scale ", ShapeText(scale), " must be ",
                             ShapeText(expected), " for blocks of ", block));
  }
  grid.block_ = block;
  grid.per_element_ = true;
  grid.axis_scales_ = expected[axis];
  return grid;
}

size_t QuantGrid::scratch_bytes() const {
  return static_cast<size_t>(scales_) * 2 * sizeof(float);
}

void QuantGrid::Load(const RunArgs& args) const {
  float* floats = static_cast<float*>(args.scratch);
  Convert(scale_type_, args.in[1], DataType::kFloat, floats, 0, scales_, {});
  if (zero_type_ == DataType::kUndefined) {
    std::fill(floats + scales_, floats + 2 * scales_, 0.0f);
  } else {
    Convert(zero_type_, args.in[2], DataType::kFloat, floats + scales_, 0,
            scales_, {});
  }
}

QuantParams QuantGrid::At(int64_t first, int64_t count, const void* scratch,
                          Tile* tile) const {
  const float* scale = static_cast<const float*>(scratch);
  const float* zero = scale + scales_;
  if (scales_ == 1) return {scale, zero, 0};
  for (int64_t i = 0; i < count;) {
    const int64_t element = first + i;
    const int64_t column = element % inner_;
    const int64_t row = element / inner_ % size_;
    const int64_t outer = element / inner_ / size_;
    // Rows of one block are behind each other only when inner_ is 1.
    const int64_t rows =
        inner_ == 1 ? std::min(block_ - row % block_, size_ - row) : 1;
    // Along the last axis scales lie like the elements.
    const bool lined_up = inner_ == 1 && block_ == 1 && !per_element_;
    const int64_t span = lined_up ? size_ - row : rows * inner_ - column;
    const int64_t run = std::min(span, count - i);
    const size_t n = static_cast<size_t>(run);
    if (lined_up) {
      std::memcpy(tile->scale + i, scale + row, n * sizeof(float));
      std::memcpy(tile->zero_point + i, zero + row, n * sizeof(float));
    } else if (per_element_ && inner_ > 1) {
      const int64_t at =
          (outer * axis_scales_ + row / block_) * inner_ + column;
      std::memcpy(tile->scale + i, scale + at, n * sizeof(float));
      std::memcpy(tile->zero_point + i, zero + at, n * sizeof(float));
    } else {
      const int64_t at =
          row / block_ + (per_element_ ? outer * axis_scales_ : 0);
      std::fill_n(tile->scale + i, n, scale[at]);
      std::fill_n(tile->zero_point + i, n, zero[at]);
    }
    i += run;
  }
  return {tile->scale, tile->zero_point, 1};
}

}  // namespace onnxifi::cpu
