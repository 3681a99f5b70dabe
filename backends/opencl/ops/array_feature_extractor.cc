#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireType(node, 1, {DataType::kInt64});
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.empty()) return ShapeError(ctx, "the input is a scalar");
  const int64_t width = in.dims.back();
  const int64_t picks = Product(ctx.in(1).dims);
  const int64_t rows =
      Product(std::span<const int64_t>(in.dims).first(in.dims.size() - 1));
  Shape dims = in.dims;
  dims.back() = picks;
  // A vector gives a matrix of one row.
  if (dims.size() == 1) dims.insert(dims.begin(), 1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, dims}));
  const char* const unit = UnitOf(in.type);
  KernelText kernel;
  kernel.InAs("x", unit, 0).In("index", DataType::kInt64, 1);
  kernel.OutAs("y", unit, 0).Failure();
  const std::string body = StrCat(
      "    const long at = index[c1];\n    if (at < 0 || at >= ", width,
      ") {\n      failure[0] = 1;\n      continue;\n    }\n    y[i] = x[c0 * "
      "(long)",
      width, " + at];");
  SetLaunches(
      ctx, {MakeCoordinateLoop(FactsOf(ctx), kernel, {{rows, picks}}, body)});
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(array_feature_extractor, {.domain = "ai.onnx.ml",
                                             .op = "ArrayFeatureExtractor",
                                             .supports = &Supports,
                                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
