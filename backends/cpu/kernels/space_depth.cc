#include "backends/cpu/kernels/space_depth.h"

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/strided_copy.h"

namespace onnxifi::cpu {

namespace {

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Status PrepareViewTranspose(PrepareContext& ctx,
                            const std::array<int64_t, 6>& dims,
                            const std::array<size_t, 6>& perm,
                            graph::Shape out) {
  const graph::Shape in_strides = RowMajorStrides(dims);
  graph::Shape out_dims(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) out_dims[i] = dims[perm[i]];
  const graph::Shape out_strides = RowMajorStrides(out_dims);
  StridedCopy copy(ElementBytes(ctx.in(0).type));
  for (size_t i = 0; i < dims.size(); ++i) {
    copy.AddDim(out_dims[i], in_strides[perm[i]], out_strides[i]);
  }
  copy.Finish();
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(0).type, std::move(out)}));
  ctx.SetStepState(&Run, copy);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
