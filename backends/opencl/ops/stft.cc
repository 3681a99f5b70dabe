#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/fourier.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  for (const size_t i : {size_t{0}, size_t{2}}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  for (const size_t i : {size_t{1}, size_t{3}}) {
    if (Reject r = RequireType(node, i, {DataType::kInt32, DataType::kInt64});
        !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

struct Frames {
  int64_t signal = 0;  // samples
  int64_t parts = 1;   // 2: complex
  int64_t frame = 0;   // samples of one transform
  int64_t step = 1;    // samples from one frame to the next
  int64_t count = 0;
};

Result<Frames> ReadFrames(const PrepareContext& ctx) {
  const Shape& x = ctx.in(0).dims;
  if (x.size() < 2 || x.size() > 3 || (x.size() == 3 && x[2] > 2)) {
    return ShapeError(ctx, StrCat("signal ", ShapeText(x), " is not valid"));
  }
  Frames f;
  f.signal = f.frame = x[1];
  f.parts = x.size() == 3 ? x[2] : 1;
  int64_t window = 0;
  if (ctx.HasInput(2)) f.frame = window = Product(ctx.in(2).dims);
  if (ctx.HasInput(3)) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList length, KnownInts(ctx, 3));
    f.frame = length.count == 1 ? length.values[0] : 0;
  }
  if (f.parts < 1 || f.frame < 1 || f.frame > f.signal ||
      (window != 0 && window != f.frame)) {
    return ShapeError(ctx, "the frame does not fit the signal or window");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const IntList step, KnownInts(ctx, 1));
  if (step.count != 1 || step.values[0] < 1) {
    return ShapeError(ctx, "the frame step must be positive");
  }
  f.step = step.values[0];
  f.count = (f.signal - f.frame) / f.step + 1;
  return f;
}

std::string FrameText(const PrepareContext& ctx, const Frames& f) {
  const DataType type = ctx.in(0).type;
  std::string text =
      StrCat("    const long place = (line / ", f.count, " * ", f.signal,
             " + line % ", f.count, " * ", f.step, " + at) * ", f.parts,
             ";\n    v.x = ", LoadText(type, "x", "place"), ";\n");
  if (f.parts == 2) {
    text += StrCat("    v.y = ", LoadText(type, "x", "place + 1"), ";\n");
  }
  if (ctx.HasInput(2)) {
    text += StrCat("    v *= (C)(", LoadText(ctx.in(2).type, "window", "at"),
                   ");\n");
  }
  return text;
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Frames frames, ReadFrames(ctx));
  const DataType type = ctx.in(0).type;
  const int64_t batch = ctx.in(0).dims[0];
  const bool onesided =
      ctx.attrs().Int("onesided", 1) != 0 && frames.parts == 1;
  Fourier f;
  f.lines = batch * frames.count;
  f.length = frames.frame;
  f.made = onesided ? frames.frame / 2 + 1 : frames.frame;
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {type, {batch, frames.count, f.made, 2}}));
  f.load = FrameText(ctx, frames);
  const bool window = ctx.HasInput(2);
  const DataType window_type = window ? ctx.in(2).type : type;
  f.bind_load = [type, window, window_type](KernelText* kernel) {
    kernel->In("x", type, 0);
    if (window) kernel->In("window", window_type, 2);
  };
  const std::string cast = StrCat("(", KernelTypeOf(type).compute, ")");
  f.store =
      StrCat("    ", StoreText(type, "y", "i * 2", cast + "v.x"), "\n    ",
             StoreText(type, "y", "i * 2 + 1", cast + "v.y"), "\n");
  f.bind_store = [type](KernelText* kernel) { kernel->Out("y", type, 0); };
  return PlanFourier(ctx, f);
}

}  // namespace

ONNXIFI_DEFINE_OPS(stft,
                   {.op = "STFT", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
