#include "backends/cpu/kernels/resize.h"

#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/axis_gather.h"
#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/resize_lines.h"
#include "backends/cpu/kernels/resize_pass.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

using Axes = std::vector<ResizeAxis>;

constexpr int64_t kMostBetween = int64_t{1} << 48;  // elements

struct State {
  ResizeNode node;
  Shape in_dims;
  Shape out_dims;
  DataType type = DataType::kFloat;
  int64_t element_bytes = 4;
  NumberBytes fill = {};
  Axes axes;
  int64_t table_taps = 0;  // largest tap count that was booked
  bool by_lines = false;   // both axes of an image at once
};

void RunNearest(const State& s, const RunArgs& args) {
  const Axes& axes = s.axes;
  int64_t* tables = static_cast<int64_t*>(args.scratch);
  int64_t* next = tables;
  for (size_t a = 0; a < s.out_dims.size(); ++a) {
    for (int64_t o = 0; o < axes[a].out; ++o) {
      *next++ =
          axes[a].IsIdentity() ? o : NearestIndex(s.node.rule, axes[a], o);
    }
  }
  RunAxisGather({s.in_dims, s.out_dims, tables, s.fill.data(), s.element_bytes},
                args.in[0], args.out[0], args.pool);
}

// The largest tensor between two passes; -1 when no tensor is that large.
int64_t LargestBetween(const State& s) {
  int64_t now = Product(s.in_dims);
  int64_t most = std::max(now, Product(s.out_dims));
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    if (s.in_dims[a] == 0) return 0;
    if (!CheckedMul(now / s.in_dims[a], s.out_dims[a], &now) ||
        now >= kMostBetween) {
      return -1;
    }
    most = std::max(most, now);
  }
  return most;
}

// F: what is computed in.
template <typename F>
struct Buffers {
  F* staged_in;
  F* ping;
  F* pong;
  F* staged_out;
  ResizeTable<F> table;
  ResizeTable<F> lines;  // of the last axis but one
  ResizeColumns columns;
};

template <typename F>
Buffers<F> TakeBuffers(const State& s, ScratchCursor* cursor) {
  const int64_t most = LargestBetween(s);
  int64_t longest = 0;
  for (const int64_t d : s.out_dims) longest = std::max(longest, d);
  Buffers<F> b = {};
  b.staged_in = cursor->TakeStage<F>(s.type, Product(s.in_dims));
  b.staged_out = cursor->TakeStage<F>(s.type, Product(s.out_dims));
  const auto take_table = [&](ResizeTable<F>* table) {
    table->first = cursor->Take<int64_t>(longest);
    table->weights = cursor->Take<F>(longest * s.table_taps);
    table->outside = cursor->Take<bool>(longest);
  };
  take_table(&b.table);
  if (s.by_lines) {
    take_table(&b.lines);
    b.columns.first = cursor->Take<int32_t>(longest + kResizeSlack);
    b.columns.second = cursor->Take<int32_t>(longest + kResizeSlack);
    b.columns.first_weight = cursor->Take<float>(longest + kResizeSlack);
    b.columns.second_weight = cursor->Take<float>(longest + kResizeSlack);
  } else {
    b.ping = cursor->Take<F>(most);
    b.pong = cursor->Take<F>(most);
  }
  return b;
}

// Types with more digits than float.
bool IsWide(DataType type) {
  return ElementBytes(type) >= 4 && type != DataType::kFloat;
}

// True when only images change, by two taps in each direction.
bool GoesByLines(const State& s) {
  const size_t rank = s.in_dims.size();
  if (IsWide(s.type) || rank < 2 || s.in_dims[rank - 1] > kMaxResizeLine ||
      s.table_taps != 2 ||
      s.node.rule.coordinates == Coordinates::kTfCropAndResize) {
    return false;
  }
  for (size_t a = 0; a + 2 < rank; ++a) {
    if (!s.axes[a].IsIdentity()) return false;
  }
  return ResizeTaps(s.node.rule, s.axes[rank - 1]) == 2 &&
         ResizeTaps(s.node.rule, s.axes[rank - 2]) == 2;
}

void RunByLines(const State& s, const RunArgs& args) {
  ScratchCursor cursor(args.scratch);
  Buffers<float> b = TakeBuffers<float>(s, &cursor);
  const float* from =
      AsFloat(s.type, args.in[0], Product(s.in_dims), b.staged_in, args.pool);
  float* target = FloatTarget(s.type, args.out[0], b.staged_out);
  const ResizeAxis& down = s.axes[s.in_dims.size() - 2];
  const ResizeAxis& across = s.axes[s.in_dims.size() - 1];
  FillResizeTable(s.node.rule, down, &b.lines);
  FillResizeTable(s.node.rule, across, &b.table);
  FillResizeColumns(b.table, across.in, across.out, &b.columns);
  const int64_t lines = Product(s.out_dims) / across.out;
  const int64_t grain = std::max<int64_t>((1 << 14) / across.out, 1);
  args.pool->ParallelRange(lines, grain, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t o = line % down.out;
      const float* image = from + line / down.out * down.in * across.in;
      const auto tap = [&](int64_t i) {
        const int64_t at =
            std::clamp<int64_t>(b.lines.first[o] + i, 0, down.in - 1);
        return image + at * across.in;
      };
      RunResizeLine(tap(0), b.lines.weights[2 * o], tap(1),
                    b.lines.weights[2 * o + 1], b.columns,
                    target + line * across.out);
    }
  });
  StoreFloat(s.type, target, args.out[0], Product(s.out_dims), args.pool);
}

template <typename F>
void RunInterpolated(const State& s, const RunArgs& args) {
  const Axes& axes = s.axes;
  ScratchCursor cursor(args.scratch);
  Buffers<F> b = TakeBuffers<F>(s, &cursor);
  const F* from =
      AsFloat(s.type, args.in[0], Product(s.in_dims), b.staged_in, args.pool);
  F* target = FloatTarget(s.type, args.out[0], b.staged_out);
  size_t left = 0;
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    if (!axes[a].IsIdentity()) ++left;
  }
  const int64_t count = Product(s.out_dims);
  if (left == 0) {
    ParallelCopy(from, target, count * static_cast<int64_t>(sizeof(F)),
                 args.pool);
  }
  int64_t outer = 1;
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    const int64_t inner =
        Product(std::span<const int64_t>(s.in_dims).subspan(a + 1));
    if (!axes[a].IsIdentity()) {
      FillResizeTable(s.node.rule, axes[a], &b.table);
      F* to = --left == 0 ? target : b.ping;
      RunResizePass(b.table, axes[a], s.node.extrapolation, outer, inner, from,
                    to, args.pool);
      from = to;
      std::swap(b.ping, b.pong);
    }
    outer *= s.out_dims[a];
  }
  StoreFloat(s.type, target, args.out[0], count, args.pool);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  if (Product(s.out_dims) == 0) return ONNXIFI_STATUS_SUCCESS;
  if (s.node.rule.mode == ResizeMode::kNearest) {
    RunNearest(s, args);
  } else if (s.by_lines) {
    RunByLines(s, args);
  } else {
    DispatchFloat(IsWide(s.type),
                  [&]<typename F>() { RunInterpolated<F>(s, args); });
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Reject SupportsResize(const NodeView& node, const ResizeNode& resize) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (resize.rule.mode != ResizeMode::kNearest &&
      !HasType<StageTypes>(node.input_type(0))) {
    return {RejectReason::kDataType, "input 0 cannot be interpolated"};
  }
  return RequireGeometry(node, resize);
}

Status PrepareResize(PrepareContext& ctx, ResizeNode resize) {
  State s;
  s.node = std::move(resize);
  s.in_dims = ctx.in(0).dims;
  s.type = ctx.in(0).type;
  s.element_bytes = ElementBytes(s.type);
  MakeNumber(s.type, s.node.extrapolation, &s.fill);
  ONNXIFI_ASSIGN_OR_RETURN(s.axes, FindResizeAxes(ctx, s.node, &LoadNumber));
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    s.out_dims.push_back(s.axes[a].out);
    s.table_taps = std::max(
        s.table_taps, MaxResizeTaps(s.node.rule, s.in_dims[a], s.out_dims[a]));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, s.out_dims}));
  if (LargestBetween(s) < 0) {
    return ShapeError(ctx, StrCat("resizing ", ShapeText(s.in_dims), " to ",
                                  ShapeText(s.out_dims),
                                  " axis by axis takes too much memory"));
  }
  if (s.node.rule.mode == ResizeMode::kNearest) {
    ctx.BookScratch(static_cast<size_t>(AxisTableSize(s.out_dims)) *
                    sizeof(int64_t));
  } else {
    s.by_lines = GoesByLines(s);
    DispatchFloat(IsWide(s.type), [&]<typename F>() {
      ScratchCursor cursor(nullptr);
      TakeBuffers<F>(s, &cursor);
      ctx.BookScratch(cursor.bytes());
    });
  }
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
