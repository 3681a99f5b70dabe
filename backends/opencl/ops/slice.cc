#include <algorithm>
#include <limits>
#include <numeric>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// What to take, one entry for each listed axis.
struct Lists {
  std::vector<int64_t> starts, ends, axes, steps;

  bool SameSize() const {
    return starts.size() == ends.size() && starts.size() == axes.size() &&
           starts.size() == steps.size();
  }
};

// `size` entries of an axis from `start` on.
struct Cut {
  int64_t start = 0;
  int64_t size = 0;
};

Cut CutAxis(int64_t dim, int64_t start, int64_t end, int64_t step) {
  if (start < 0) start += dim;
  if (end < 0) end += dim;
  // Backwards, -1 is the place before the first one.
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? dim : dim - 1;
  start = std::clamp(start, low, std::max(low, high));
  end = std::clamp(end, low, std::max(low, high));
  const int64_t length = step > 0 ? end - start : start - end;
  if (length <= 0) return {};
  return {start, (length - 1) / (step > 0 ? step : -step) + 1};
}

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  for (size_t i = 1; node.opset() >= 10 && i < 5; ++i) {
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

Result<Lists> ReadLists(const PrepareContext& ctx) {
  Lists lists;
  if (ctx.opset() < 10) {
    const auto read = [&](const char* name, std::vector<int64_t>* to) {
      const auto given = ctx.attrs().Ints(name);
      to->assign(given.begin(), given.end());
    };
    read("starts", &lists.starts);
    read("ends", &lists.ends);
    read("axes", &lists.axes);
  } else {
    std::vector<int64_t>* const all[] = {&lists.starts, &lists.ends,
                                         &lists.axes, &lists.steps};
    for (size_t i = 0; i < std::size(all); ++i) {
      if (!ctx.HasInput(i + 1)) continue;
      ONNXIFI_ASSIGN_OR_RETURN(*all[i], ctx.ConstantInts(i + 1));
    }
  }
  if (!ctx.HasInput(3) && !ctx.attrs().Has("axes")) {
    lists.axes.resize(lists.starts.size());
    std::iota(lists.axes.begin(), lists.axes.end(), 0);
  }
  if (!ctx.HasInput(4)) lists.steps.assign(lists.starts.size(), 1);
  if (lists.SameSize()) return lists;
  return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                   "starts, ends, axes and steps differ in length");
}

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const Lists lists, ReadLists(ctx));
  StridedView view{in, RowMajorStrides(in), 0};
  const Shape strides = view.strides;
  bool whole = true;
  for (size_t i = 0; i < lists.starts.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t axis,
                             NormalizeAxis(ctx, lists.axes[i], in.size()));
    const int64_t step = lists.steps[i];
    if (step == 0 || step == std::numeric_limits<int64_t>::min()) {
      return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                       StrCat("a step of ", step));
    }
    const Cut cut = CutAxis(in[axis], lists.starts[i], lists.ends[i], step);
    whole = whole && cut.size == in[axis] && (step == 1 || cut.size <= 1);
    view.dims[axis] = cut.size;
    view.strides[axis] = cut.size > 1 ? step * strides[axis] : 0;
    view.offset += cut.start * strides[axis];
  }
  if (whole) return ctx.AliasOutput(0, 0, in);
  return PrepareView(ctx, view.dims, view);
}

}  // namespace

ONNXIFI_DEFINE_OPS(slice,
                   {.op = "Slice", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::opencl
