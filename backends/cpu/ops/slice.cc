#include <algorithm>
#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

// What to take of each axis of the input.
struct Window {
  IntList start;
  IntList step;
  IntList size;
};

// Fills `window` for an input of `dims`; false when axes or steps are wrong.
bool MakeWindow(std::span<const int64_t> dims, const IntList& starts,
                const IntList& ends, const IntList& axes, const IntList& steps,
                Window* window) {
  const int64_t rank = static_cast<int64_t>(dims.size());
  if (starts.count != ends.count || starts.count != axes.count ||
      starts.count != steps.count) {
    return false;
  }
  window->start.count = window->step.count = window->size.count = dims.size();
  for (size_t i = 0; i < dims.size(); ++i) {
    window->start.values[i] = 0;
    window->step.values[i] = 1;
    window->size.values[i] = dims[i];
  }
  for (size_t i = 0; i < starts.count; ++i) {
    int64_t axis = axes.values[i];
    const int64_t step = steps.values[i];
    if (axis < -rank || axis >= rank || step == 0 ||
        step == std::numeric_limits<int64_t>::min()) {
      return false;
    }
    const size_t a = static_cast<size_t>(axis < 0 ? axis + rank : axis);
    const int64_t dim = dims[a];
    int64_t start = starts.values[i];
    int64_t end = ends.values[i];
    if (start < 0) start += dim;
    if (end < 0) end += dim;
    int64_t size = 0;
    if (step > 0) {
      start = std::clamp<int64_t>(start, 0, dim);
      end = std::clamp<int64_t>(end, 0, dim);
      if (end > start) size = (end - start - 1) / step + 1;
    } else {
      start = std::clamp<int64_t>(start, -1, dim - 1);
      end = std::clamp<int64_t>(end, -1, dim - 1);
      if (start > end) size = (start - end - 1) / -step + 1;
    }
    window->start.values[a] = size == 0 ? 0 : start;
    window->step.values[a] = size <= 1 ? 1 : step;
    window->size.values[a] = size;
  }
  return true;
}

// The copy and the first element's position in the input.
struct Cut {
  explicit Cut(size_t element_bytes) : copy(element_bytes) {}
  StridedCopy copy;
  int64_t offset = 0;  // bytes
};

Cut MakeCut(std::span<const int64_t> dims, const Window& window,
            size_t element_bytes) {
  Cut cut(element_bytes);
  int64_t in_stride[graph::kMaxRank];
  int64_t out_stride[graph::kMaxRank];
  int64_t in = 1;
  int64_t out = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    cut.offset +=
        window.start.values[i] * in * static_cast<int64_t>(element_bytes);
    in_stride[i] = in * window.step.values[i];
    out_stride[i] = out;
    in *= dims[i];
    out *= window.size.values[i];
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    cut.copy.AddDim(window.size.values[i], in_stride[i], out_stride[i]);
  }
  cut.copy.Finish();
  return cut;
}

onnxStatus RunCut(const void* state, const RunArgs& args) {
  const Cut& cut = *static_cast<const Cut*>(state);
  cut.copy.Run(static_cast<const char*>(args.in[0]) + cut.offset, args.out[0],
               args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

void DefaultLists(size_t count, IntList* axes, IntList* steps) {
  axes->count = steps->count = count;
  for (size_t i = 0; i < count; ++i) {
    axes->values[i] = static_cast<int64_t>(i);
    steps->values[i] = 1;
  }
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  for (size_t i = 1; n.opset() >= 10 && i < 5; ++i) {
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  IntList starts, ends, axes, steps;
  if (ctx.opset() < 10) {
    const auto copy = [](std::span<const int64_t> from, IntList* to) {
      to->count = std::min(from.size(), graph::kMaxRank);
      std::copy_n(from.begin(), to->count, to->values);
    };
    copy(ctx.attrs().Ints("starts"), &starts);
    copy(ctx.attrs().Ints("ends"), &ends);
    DefaultLists(starts.count, &axes, &steps);
    if (ctx.attrs().Has("axes")) copy(ctx.attrs().Ints("axes"), &axes);
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(starts, KnownInts(ctx, 1));
    ONNXIFI_ASSIGN_OR_RETURN(ends, KnownInts(ctx, 2));
    DefaultLists(starts.count, &axes, &steps);
    if (ctx.HasInput(3)) {
      ONNXIFI_ASSIGN_OR_RETURN(axes, KnownInts(ctx, 3));
    }
    if (ctx.HasInput(4)) {
      ONNXIFI_ASSIGN_OR_RETURN(steps, KnownInts(ctx, 4));
    }
  }
  const TensorDesc& in = ctx.in(0);
  Window window;
  if (!MakeWindow(in.dims, starts, ends, axes, steps, &window)) {
    return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                     StrCat("starts, ends, axes or steps do not fit input ",
                            ShapeText(in.dims)));
  }
  Shape dims(window.size.values, window.size.values + window.size.count);
  if (dims == in.dims &&
      std::all_of(window.step.values, window.step.values + dims.size(),
                  [](int64_t step) { return step == 1; })) {
    return ctx.AliasOutput(0, 0, std::move(dims));
  }
  const Cut cut = MakeCut(in.dims, window, ElementBytes(in.type));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, std::move(dims)}));
  ctx.SetStepState(&RunCut, cut);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(slice,
                   {.op = "Slice", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
