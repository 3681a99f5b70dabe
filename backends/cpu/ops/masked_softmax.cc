#include <algorithm>
#include <vector>

#include "backends/common/fusion/passes.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// softmax(x * scale + mask) over the last dimension; the mask (input 1,
// optional) broadcasts to x.
struct State {
  int64_t rows = 0;
  int64_t count = 0;
  float scale = 1.0f;
  bool mask = false;
  graph::Shape dims;          // leading dimensions of x
  graph::Shape mask_strides;  // of the mask along them, 0 = repeated
};

const float* MaskRow(const State& s, const float* mask, int64_t row) {
  if (mask == nullptr) return nullptr;
  int64_t offset = 0;
  for (size_t d = s.dims.size(); d-- > 0;) {
    offset += row % s.dims[d] * s.mask_strides[d];
    row /= s.dims[d];
  }
  return mask + offset;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const float* x = static_cast<const float*>(args.in[0]);
  const float* mask = s.mask ? static_cast<const float*>(args.in[1]) : nullptr;
  float* y = static_cast<float*>(args.out[0]);
  args.pool->ParallelRange(
      s.rows, 1 + kElementGrain / 4 / std::max<int64_t>(1, s.count),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          Vectors().softmax(x + i * s.count, MaskRow(s, mask, i), s.scale,
                            y + i * s.count, s.count, false);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  return RequireTypeIn<TypeList<float>>(node, 0);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State state;
  state.count = in.dims.back();
  state.dims.assign(in.dims.begin(), in.dims.end() - 1);
  state.rows = Product(state.dims);
  state.scale = ctx.attrs().Float("scale", 1.0f);
  state.mask = ctx.HasInput(1);
  if (state.mask) {
    graph::Shape mask = ctx.in(1).dims;
    if (mask.size() > in.dims.size() || mask.empty() ||
        mask.back() != state.count) {
      return ShapeError(
          ctx, StrCat("mask ", ShapeText(mask), " for ", ShapeText(in.dims)));
    }
    mask.insert(mask.begin(), in.dims.size() - mask.size(), 1);
    state.mask_strides = RowMajorStrides(mask);
    state.mask_strides.pop_back();
    for (size_t d = 0; d < state.dims.size(); ++d) {
      if (mask[d] == 1) {
        state.mask_strides[d] = 0;
      } else if (mask[d] != state.dims[d]) {
        return ShapeError(
            ctx, StrCat("mask ", ShapeText(mask), " for ", ShapeText(in.dims)));
      }
    }
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(masked_softmax, {.domain = kFusedDomain,
                                    .op = "MaskedSoftmax",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
