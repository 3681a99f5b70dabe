#include "backends/cpu/kernels/resize.h"

#include <algorithm>
#include <array>
#include <cmath>

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

using Axes = std::array<ResizeAxis, graph::kMaxRank>;
using Policy = ResizeNode::Policy;

constexpr int64_t kMostBetween = int64_t{1} << 48;  // elements

struct State {
  ResizeNode node;
  Shape in_dims;
  Shape out_dims;
  DataType type = DataType::kFloat;
  DataType roi_type = DataType::kFloat;
  int64_t element_bytes = 4;
  NumberBytes fill = {};
  Axes axes;
  int64_t table_taps = 0;  // largest tap count that was booked
  bool by_lines = false;   // both axes of an image at once
};

// Values of the inputs that decide the geometry, as far as they are used.
struct GeometryInputs {
  const void* roi = nullptr;
  const void* scales = nullptr;
  const void* sizes = nullptr;
};

size_t ListedAxes(const State& s) {
  return s.node.axes.empty() ? s.in_dims.size() : s.node.axes.size();
}

size_t AxisAt(const State& s, size_t i) {
  return s.node.axes.empty() ? i : static_cast<size_t>(s.node.axes[i]);
}

// Fills scale, out and region of every axis. False when a value is unusable.
bool Geometry(const State& s, const GeometryInputs& inputs, Axes* axes) {
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    (*axes)[a] = {s.in_dims[a], s.in_dims[a], 1, 0, 1};
  }
  const size_t count = ListedAxes(s);
  const bool crop = s.node.rule.coordinates == Coordinates::kTfCropAndResize;
  double chosen = 0;
  for (size_t i = 0; i < count; ++i) {
    ResizeAxis& axis = (*axes)[AxisAt(s, i)];
    const int64_t at = static_cast<int64_t>(i);
    const double in = static_cast<double>(axis.in);
    if (crop) {
      axis.roi_start = LoadNumber(inputs.roi, s.roi_type, at);
      axis.roi_end =
          LoadNumber(inputs.roi, s.roi_type, at + static_cast<int64_t>(count));
    }
    if (inputs.sizes != nullptr) {
      axis.out = LoadInt(inputs.sizes, DataType::kInt64, at);
      axis.scale = in == 0 ? 1 : static_cast<double>(axis.out) / in;
      const bool first = i == 0;
      if (s.node.policy == Policy::kNotLarger) {
        chosen = first ? axis.scale : std::min(chosen, axis.scale);
      } else {
        chosen = first ? axis.scale : std::max(chosen, axis.scale);
      }
    } else {
      axis.scale = inputs.scales == nullptr ? s.node.scale_attribute[i]
                                            : LoadAt<float>(inputs.scales, at);
      const double region = crop ? axis.roi_end - axis.roi_start : 1;
      axis.out = SaturatedInt(std::floor(in * region * axis.scale));
    }
    if (!(axis.scale > 0 || axis.out == 0) || axis.out < 0 ||
        axis.out > (int64_t{1} << 40)) {
      return false;
    }
  }
  if (inputs.sizes != nullptr && s.node.policy != Policy::kStretch) {
    for (size_t i = 0; i < count; ++i) {
      ResizeAxis& axis = (*axes)[AxisAt(s, i)];
      axis.scale = chosen;
      axis.out = static_cast<int64_t>(
          std::floor(chosen * static_cast<double>(axis.in) + 0.5));
    }
  }
  return true;
}

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

// Fills axes and output dims.
Status FindGeometry(const PrepareContext& ctx, State* s) {
  const void* values[3] = {};
  const size_t inputs[3] = {s->node.roi, s->node.scales, s->node.sizes};
  for (size_t i = 0; i < 3; ++i) {
    if (inputs[i] == ResizeNode::kNone) continue;
    const graph::TensorData* data = ctx.ConstantIn(inputs[i]);
    if (data == nullptr) return UnknownInput(ctx, inputs[i]);
    values[i] = data->data;
  }
  if (!Geometry(*s, {values[0], values[1], values[2]}, &s->axes)) {
    return ShapeError(ctx, "scales or sizes are not valid");
  }
  for (size_t a = 0; a < s->in_dims.size(); ++a) {
    s->out_dims.push_back(s->axes[a].out);
  }
  return Status::Ok();
}

Status CheckCounts(const PrepareContext& ctx, const State& s) {
  const int64_t count = static_cast<int64_t>(ListedAxes(s));
  const auto fits = [&](size_t i, int64_t wanted) {
    return i == ResizeNode::kNone || Product(ctx.in(i).dims) == wanted;
  };
  const bool attribute_fits = s.node.scales != ResizeNode::kNone ||
                              s.node.sizes != ResizeNode::kNone ||
                              s.node.scale_attribute.size() == ListedAxes(s);
  if (!fits(s.node.roi, 2 * count) || !fits(s.node.scales, count) ||
      !fits(s.node.sizes, count) || !attribute_fits) {
    return ShapeError(ctx, "scales, sizes or roi do not fit the axes");
  }
  return Status::Ok();
}

}  // namespace

Reject SupportsResize(const NodeView& node, const ResizeNode& resize) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  if (resize.rule.mode != ResizeMode::kNearest &&
      !HasType<StageTypes>(node.input_type(0))) {
    return {RejectReason::kDataType, "input 0 cannot be interpolated"};
  }
  for (const size_t i : {resize.roi, resize.scales, resize.sizes}) {
    if (i == ResizeNode::kNone) continue;
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

Status PrepareResize(PrepareContext& ctx, ResizeNode resize) {
  State s;
  s.node = std::move(resize);
  s.in_dims = ctx.in(0).dims;
  s.type = ctx.in(0).type;
  s.element_bytes = ElementBytes(s.type);
  MakeNumber(s.type, s.node.extrapolation, &s.fill);
  for (int64_t& axis : s.node.axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, axis, s.in_dims.size()));
    axis = static_cast<int64_t>(a);
  }
  if (s.node.roi != ResizeNode::kNone) s.roi_type = ctx.in(s.node.roi).type;
  ONNXIFI_RETURN_IF_ERROR(CheckCounts(ctx, s));
  ONNXIFI_RETURN_IF_ERROR(FindGeometry(ctx, &s));
  for (size_t a = 0; a < s.in_dims.size(); ++a) {
    if (s.in_dims[a] == 0 && s.out_dims[a] != 0) {
      return ShapeError(ctx, StrCat("axis ", a, " is empty"));
    }
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
