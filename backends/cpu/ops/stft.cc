#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/fourier.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  int64_t batch = 0;
  int64_t signal = 0;  // samples
  int64_t parts = 1;   // 2: complex
  int64_t frame = 0;   // samples of one transform
  int64_t step = 1;    // samples from one frame to the next
  int64_t frames = 0;
  int64_t bins = 0;
  int64_t window = 0;  // 0: none
};

Reject Supports(const NodeView& n) {
  if (!HasType<FloatTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  for (const size_t i : {size_t{1}, size_t{3}}) {
    if (Reject r = RequireType(n, i, {DataType::kInt32, DataType::kInt64});
        !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  double* values = static_cast<double*>(args.scratch);
  for (int64_t row = 0; row < s.batch * s.frames; ++row) {
    const int64_t first = row % s.frames * s.step;
    const int64_t base = (row / s.frames * s.signal + first) * s.parts;
    for (int64_t i = 0; i < s.frame; ++i) {
      const double w = s.window == 0 ? 1 : LoadNumber(args.in[2], s.type, i);
      values[2 * i] = w * LoadNumber(args.in[0], s.type, base + i * s.parts);
      values[2 * i + 1] = s.parts == 1 ? 0
                                       : w * LoadNumber(args.in[0], s.type,
                                                        base + i * s.parts + 1);
    }
    Transform(values, s.frame, false, values + 2 * s.frame);
    for (int64_t i = 0; i < 2 * s.bins; ++i) {
      StoreNumber(args.out[0], s.type, row * s.bins * 2 + i, values[i]);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  State s;
  s.type = ctx.in(0).type;
  if (x.size() < 2 || x.size() > 3 || (x.size() == 3 && x[2] > 2)) {
    return ShapeError(ctx, StrCat("signal ", ShapeText(x), " is not valid"));
  }
  s.batch = x[0];
  s.signal = x[1];
  s.parts = x.size() == 3 ? x[2] : 1;
  s.frame = s.signal;
  if (ctx.HasInput(2)) s.frame = s.window = Product(ctx.in(2).dims);
  if (ctx.HasInput(3)) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList length, KnownInts(ctx, 3));
    s.frame = length.count == 1 ? length.values[0] : 0;
  }
  if (s.frame < 1 || s.frame > s.signal ||
      (s.window != 0 && s.window != s.frame)) {
    return ShapeError(ctx, "the frame does not fit the signal or window");
  }
  const bool onesided = ctx.attrs().Int("onesided", 1) != 0 && s.parts == 1;
  s.bins = onesided ? s.frame / 2 + 1 : s.frame;
  ONNXIFI_ASSIGN_OR_RETURN(const IntList step, KnownInts(ctx, 1));
  if (step.count != 1 || step.values[0] < 1) {
    return ShapeError(ctx, "the frame step must be positive");
  }
  s.step = step.values[0];
  s.frames = (s.signal - s.frame) / s.step + 1;
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {s.type, {s.batch, s.frames, s.bins, 2}}));
  ctx.BookScratch(static_cast<size_t>(2 * s.frame + FourierScratch(s.frame)) *
                  sizeof(double));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(stft,
                   {.op = "STFT", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
