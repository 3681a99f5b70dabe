#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/block_copy.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t rows = 1;
  int64_t width = 1;
  int64_t picks = 0;
  int64_t element_bytes = 4;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireType(n, 1, {DataType::kInt64});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t i = 0; i < s.picks; ++i) {
      const int64_t at = LoadInt(args.in[1], DataType::kInt64, i);
      if (at < 0 || at >= s.width) return ONNXIFI_STATUS_INTERNAL_ERROR;
      CopyBlock(in + (row * s.width + at) * s.element_bytes,
                out + (row * s.picks + i) * s.element_bytes, s.element_bytes);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.empty()) return ShapeError(ctx, "the input is a scalar");
  State s;
  s.width = in.dims.back();
  s.rows = Product(std::span<const int64_t>(in.dims).first(in.dims.size() - 1));
  s.picks = Product(ctx.in(1).dims);
  s.element_bytes = ElementBytes(in.type);
  Shape dims = in.dims;
  dims.back() = s.picks;
  // A vector gives a matrix of one row.
  if (dims.size() == 1) dims.insert(dims.begin(), 1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(array_feature_extractor, {.domain = "ai.onnx.ml",
                                             .op = "ArrayFeatureExtractor",
                                             .supports = &Supports,
                                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
