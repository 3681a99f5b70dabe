#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "backends/cpu/conv_plan.h"
#include "backends/cpu/cpu_features.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// One or two output blocks that read the same input channels.
struct Unit {
  int64_t first_block = 0;
  int blocks = 1;
  size_t offsets = 0;  // index of its first entry
  int64_t depth = 0;
  size_t weights = 0;  // in floats
};

struct State {
  std::vector<Unit> units;
  std::vector<int64_t> offsets;
  AlignedFloats weights;
  AlignedFloats bias;
  ClampForm clamp;
  bool residual = false;
  int block = 8;
  int64_t batch = 0;
  int64_t points = 0;
  int64_t pieces = 1;  // of the points of one image
  int64_t in_image = 0;
  int64_t out_image = 0;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const VectorKernels& v = Vectors();
  const float* src = static_cast<const float*>(args.in[0]);
  const float* residual =
      s.residual ? static_cast<const float*>(args.in[3]) : nullptr;
  float* dst = static_cast<float*>(args.out[0]);
  const int64_t units = static_cast<int64_t>(s.units.size());
  args.pool->ParallelRange(
      s.batch * s.pieces * units, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const Unit& unit = s.units[static_cast<size_t>(i % units)];
          const int64_t piece = i / units % s.pieces;
          const int64_t n = i / units / s.pieces;
          PointConvCall call = {};
          call.src = src + n * s.in_image;
          call.offsets = s.offsets.data() + unit.offsets;
          call.depth = unit.depth;
          call.weights = s.weights.data() + unit.weights;
          call.bias = s.bias.data() + unit.first_block * s.block;
          call.block_stride = s.points * s.block;
          const int64_t at =
              n * s.out_image + unit.first_block * call.block_stride;
          call.residual = residual == nullptr ? nullptr : residual + at;
          call.dst = dst + at;
          call.out_blocks = unit.blocks;
          call.lo = s.clamp.lo;
          call.hi = s.clamp.hi;
          v.point_conv(s.block, call, s.points * piece / s.pieces,
                       s.points * (piece + 1) / s.pieces);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

bool AllEqual(const Window::Dims& dims, int64_t value) {
  return dims == Window::Dims{value, value, value};
}

bool Fits(const ConvNode& conv, int64_t block) {
  const Window& w = conv.window;
  if (!AllEqual(w.kernel, 1) || !AllEqual(w.stride, 1) ||
      !AllEqual(w.pad_begin, 0) || !AllEqual(w.pad_end, 0)) {
    return false;
  }
  const auto clamp = AsClamp(conv.activation);
  if (!clamp || clamp->slope != 1.0f) return false;
  if (!KeepsZero(conv.activation) && conv.out_channels % block != 0) {
    return false;
  }
  if (!conv.input_order.empty()) return true;
  const int64_t group_in = conv.in_channels / conv.groups;
  const int64_t group_out = conv.out_channels / conv.groups;
  return conv.groups > 1 && group_in > 1 &&
         (group_in % block != 0 || group_out % block != 0);
}

// Groups that output channels [first, last) belong to: [begin, end).
struct GroupRange {
  int64_t begin;
  int64_t end;
  bool operator==(const GroupRange&) const = default;
};

GroupRange GroupsOf(const ConvNode& conv, int64_t first, int64_t last) {
  const int64_t group_out = conv.out_channels / conv.groups;
  last = std::min(last, conv.out_channels);
  return {first / group_out, CeilDiv(last, group_out)};
}

// Cuts the output blocks into units; a pair where both read one same group.
void MakeUnits(const ConvNode& conv, State* s) {
  const int64_t group_in = conv.in_channels / conv.groups;
  const int64_t blocks = CeilDiv<int64_t>(conv.out_channels, s->block);
  size_t floats = 0;
  for (int64_t b = 0; b < blocks;) {
    const GroupRange range = GroupsOf(conv, b * s->block, (b + 1) * s->block);
    Unit unit;
    unit.first_block = b;
    if (b + 1 < blocks &&
        range == GroupsOf(conv, (b + 1) * s->block, (b + 2) * s->block)) {
      unit.blocks = 2;
    }
    unit.offsets = s->offsets.size();
    unit.depth = (range.end - range.begin) * group_in;
    unit.weights = floats;
    for (int64_t i = range.begin * group_in; i < range.end * group_in; ++i) {
      const int64_t channel = conv.input_order.empty()
                                  ? i
                                  : conv.input_order[static_cast<size_t>(i)];
      s->offsets.push_back(channel / s->block * s->block * s->points +
                           channel % s->block);
    }
    floats += static_cast<size_t>(unit.depth * unit.blocks * s->block);
    s->units.push_back(unit);
    b += unit.blocks;
  }
}

// Weights of each unit as depth x lanes; zero where the lane's group is not
// that of the input channel.
Status PackWeights(const ConvNode& conv, const void* weights, State* s) {
  const Unit& last = s->units.back();
  ONNXIFI_RETURN_IF_ERROR(s->weights.Allocate(
      last.weights + static_cast<size_t>(last.depth * last.blocks * s->block)));
  const int64_t group_in = conv.in_channels / conv.groups;
  const int64_t group_out = conv.out_channels / conv.groups;
  const char* bytes = static_cast<const char*>(weights);
  for (const Unit& unit : s->units) {
    const int64_t lanes = unit.blocks * s->block;
    const int64_t first = unit.first_block * s->block;
    const int64_t first_group = first / group_out;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const int64_t o = first + lane;
      if (o >= conv.out_channels) break;
      const int64_t skip = (o / group_out - first_group) * group_in;
      for (int64_t i = 0; i < group_in; ++i) {
        float value = 0;
        std::memcpy(&value, bytes + static_cast<size_t>(o * group_in + i) * 4,
                    4);
        if (!conv.weight_scale.empty()) {
          value *= conv.weight_scale[static_cast<size_t>(o)];
        }
        s->weights.data()[unit.weights +
                          static_cast<size_t>((skip + i) * lanes + lane)] =
            value;
      }
    }
  }
  return Status::Ok();
}

}  // namespace

Result<bool> PlanPointConv(PrepareContext& ctx, const ConvNode& conv) {
  const Layout layout = PreferredLayout();
  State state;
  state.block = static_cast<int>(layout);
  if (!Fits(conv, state.block)) return false;
  state.clamp = *AsClamp(conv.activation);
  state.residual = conv.residual;
  state.batch = conv.batch;
  state.points = conv.window.out_points();
  state.in_image =
      RoundUp<int64_t>(conv.in_channels, state.block) * state.points;
  state.out_image =
      RoundUp<int64_t>(conv.out_channels, state.block) * state.points;
  MakeUnits(conv, &state);
  const int64_t wanted = 4 * ctx.pool().threads();
  const int64_t units = static_cast<int64_t>(state.units.size());
  state.pieces = std::clamp<int64_t>(wanted / (units * conv.batch), 1,
                                     CeilDiv<int64_t>(state.points, 64));
  ONNXIFI_RETURN_IF_ERROR(PackWeights(conv, ctx.ConstantIn(1)->data, &state));
  const int64_t padded = RoundUp<int64_t>(conv.out_channels, state.block);
  ONNXIFI_ASSIGN_OR_RETURN(state.bias, PaddedBias(ctx, padded));
  if (state.bias.empty()) {
    ONNXIFI_RETURN_IF_ERROR(state.bias.Allocate(static_cast<size_t>(padded)));
  }
  ONNXIFI_RETURN_IF_ERROR(CommitConv(ctx, conv, layout, layout));
  ctx.SetStep(&Run, std::make_shared<const State>(std::move(state)));
  return true;
}

}  // namespace onnxifi::cpu
