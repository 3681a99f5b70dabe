#include "backends/opencl/kernels/quant_grid.h"

#include <utility>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/vector_text.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Dimensions of the tensor, and how scale and zero point move in them.
struct Grid {
  Shape dims;
  Shape strides;
  int64_t block = 0;  // not 0: elements of dimension 1 per scale
};

Result<Grid> GridOf(const PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  const Shape& scale = ctx.in(1).dims;
  if (ctx.HasInput(2) && Product(ctx.in(2).dims) != Product(scale)) {
    return ShapeError(ctx, "scale and zero point must have the same shape");
  }
  if (Product(scale) == 1) return Grid{{Product(x)}, {0}, 0};
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 1), x.size()));
  const std::span<const int64_t> all(x);
  const int64_t inner = Product(all.subspan(axis + 1));
  Grid grid;
  grid.dims = {Product(all.first(axis)), x[axis], inner};
  const int64_t block = ctx.attrs().Int("block_size", 0);
  Shape expected = {x[axis]};
  if (block > 0) {
    expected = x;
    expected[axis] = CeilDiv(x[axis], block);
    grid.block = block;
    grid.strides = {expected[axis] * inner, inner, 1};
  } else {
    grid.strides = {0, 1, 0};
  }
  if (scale != expected) {
    return ShapeError(ctx, StrCat("scale ", ShapeText(scale), " must be ",
                                  ShapeText(expected), " for axis ", axis,
                                  " of ", ShapeText(x)));
  }
  return grid;
}

std::string FloatOf(const PrepareContext& ctx, size_t i, const char* name,
                    const std::string& index) {
  return StrCat("const float ", name, "_v = (float)",
                LoadText(ctx.in(i).type, name, index), ";\n");
}

}  // namespace

bool IsQuantizedType(DataType type) {
  return type == DataType::kInt8 || type == DataType::kUint8 ||
         type == DataType::kInt16 || type == DataType::kUint16;
}

std::string SaturateText(DataType type, const std::string& value,
                         const std::string& zero) {
  return StrCat("(", KernelTypeOf(type).compute, ")(int)(whole_float(", value,
                ", (float)", LowestText(type), " - ", zero, ", (float)",
                HighestText(type), " - ", zero, ") + ", zero, ")");
}

Status PrepareQuantGrid(PrepareContext& ctx, DataType made,
                        const std::string& statements) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Grid grid, GridOf(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {made, in.dims}));
  if (Product(in.dims) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  KernelText kernel;
  kernel.In("x", in.type, 0)
      .In("scale", ctx.in(1).type, 1)
      .Out("y", made, 0)
      .Restrict();
  std::vector<LoopOperand> operands = {{"scale", grid.strides, 0}};
  std::string index = "scale_i";
  std::string body;
  if (grid.block != 0) {
    body = StrCat("const long at = c0 * ", grid.strides[0], "L + c1 / ",
                  grid.block, " * ", grid.strides[1], "L + c2;\n");
    index = "at";
  }
  body += FloatOf(ctx, 0, "x", "i") + FloatOf(ctx, 1, "scale", index);
  if (ctx.HasInput(2)) {
    kernel.In("zero", ctx.in(2).type, 2);
    body += FloatOf(ctx, 2, "zero", index);
  } else {
    body += "const float zero_v = 0;\n";
  }
  body += StrCat(statements, StoreText(made, "y", "i", "y_v"), "\n");
  const DeviceFacts& facts = FactsOf(ctx);
  SetLaunches(
      ctx, {grid.block != 0
                ? MakeCoordinateLoop(facts, kernel, grid.dims, body)
                : MakeElementLoop(facts, kernel, grid.dims, operands, body)});
  return Status::Ok();
}

}  // namespace onnxifi::opencl
