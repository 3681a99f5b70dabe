#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "backends/cpu/kernels/vector_kernels.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// Since this version a training_mode attribute tells training from inference;
// before, the number of outputs does.
constexpr int kTrainingModeOpset = 14;

struct State {
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t points = 0;
  int block = 0;  // 0: plain
  double epsilon = 0;
  double momentum = 0;
  bool training = false;
  bool running = false;  // statistics outputs are wanted
  graph::DataType scale_type = graph::DataType::kFloat;
  graph::DataType mean_type = graph::DataType::kFloat;
};

double Load(graph::DataType type, const void* data, int64_t i) {
  double value = 0;
  DispatchType<FloatTypes>(type, [&]<typename T>() {
    const T x = static_cast<const T*>(data)[i];
    if constexpr (std::is_class_v<T>) {
      value = static_cast<double>(ToFloat(x));
    } else {
      value = static_cast<double>(x);
    }
  });
  return value;
}

void Save(graph::DataType type, void* data, int64_t i, double value) {
  DispatchType<FloatTypes>(type, [&]<typename T>() {
    static_cast<T*>(data)[i] = [&] {
      if constexpr (std::is_class_v<T>) {
        return FromFloat<T>(static_cast<float>(value));
      } else {
        return static_cast<T>(value);
      }
    }();
  });
}

// Mean and population variance of one channel.
template <typename T>
void ChannelMoments(const State& s, const T* x, int64_t channel, double* mean,
                    double* variance) {
  const double count = static_cast<double>(s.batch * s.points);
  double sum = 0;
  double squares = 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (int64_t n = 0; n < s.batch; ++n) {
      const T* row = x + (n * s.channels + channel) * s.points;
      for (int64_t p = 0; p < s.points; ++p) {
        double v = 0;
        if constexpr (std::is_class_v<T>) {
          v = static_cast<double>(ToFloat(row[p]));
        } else {
          v = static_cast<double>(row[p]);
        }
        if (pass == 0) sum += v;
        if (pass == 1) squares += (v - sum / count) * (v - sum / count);
      }
    }
  }
  *mean = sum / count;
  *variance = squares / count;
}

template <typename T>
void NormalizeChannel(const State& s, const T* x, T* y, int64_t channel,
                      double scale, double shift) {
  for (int64_t n = 0; n < s.batch; ++n) {
    const int64_t at = (n * s.channels + channel) * s.points;
    if constexpr (std::is_same_v<T, float>) {
      constexpr float kInfinity = std::numeric_limits<float>::infinity();
      Vectors().scale_row(x + at, static_cast<float>(scale),
                          static_cast<float>(shift), -kInfinity, kInfinity,
                          y + at, s.points);
      continue;
    }
    for (int64_t p = 0; p < s.points; ++p) {
      if constexpr (std::is_class_v<T>) {
        y[at + p] = FromFloat<T>(static_cast<float>(
            static_cast<double>(ToFloat(x[at + p])) * scale + shift));
      } else {
        y[at + p] =
            static_cast<T>(static_cast<double>(x[at + p]) * scale + shift);
      }
    }
  }
}

template <typename T>
onnxStatus RunPlain(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const T* x = static_cast<const T*>(args.in[0]);
  T* y = static_cast<T*>(args.out[0]);
  const int64_t grain =
      1 + kElementGrain / std::max<int64_t>(1, s.batch * s.points);
  args.pool->ParallelRange(s.channels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      double mean = Load(s.mean_type, args.in[3], c);
      double variance = Load(s.mean_type, args.in[4], c);
      if (s.training) {
        const double old_mean = mean;
        const double old_variance = variance;
        ChannelMoments(s, x, c, &mean, &variance);
        if (s.running) {
          Save(s.mean_type, args.out[1], c,
               old_mean * s.momentum + mean * (1 - s.momentum));
          Save(s.mean_type, args.out[2], c,
               old_variance * s.momentum + variance * (1 - s.momentum));
        }
      }
      const double scale =
          Load(s.scale_type, args.in[1], c) / std::sqrt(variance + s.epsilon);
      NormalizeChannel(s, x, y, c, scale,
                       Load(s.scale_type, args.in[2], c) - mean * scale);
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

// Scale and shift per channel are computed for each block again: they are
// few, and the parameters may be run-time inputs.
onnxStatus RunBlocked(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const int64_t blocks = CeilDiv<int64_t>(s.channels, s.block);
  const float* x = static_cast<const float*>(args.in[0]);
  float* y = static_cast<float*>(args.out[0]);
  const int64_t size = s.points * s.block;
  args.pool->ParallelRange(
      s.batch * blocks, 1 + kElementGrain / std::max<int64_t>(1, size),
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          float scale[16] = {};
          float shift[16] = {};
          const int64_t first = i % blocks * s.block;
          for (int64_t c = 0; c < s.block && first + c < s.channels; ++c) {
            const double a =
                Load(s.scale_type, args.in[1], first + c) /
                std::sqrt(Load(s.mean_type, args.in[4], first + c) + s.epsilon);
            scale[c] = static_cast<float>(a);
            shift[c] = static_cast<float>(
                Load(s.scale_type, args.in[2], first + c) -
                Load(s.mean_type, args.in[3], first + c) * a);
          }
          Vectors().scale_block(s.block, x + i * size, scale, shift, -kInfinity,
                                kInfinity, y + i * size, s.points);
        }
      });
  return ONNXIFI_STATUS_SUCCESS;
}

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 5; ++i) {
    Reject reject = RequireTypeIn<FloatTypes>(node, i);
    if (!reject.supported()) return reject;
  }
  if (node.opset() < kTrainingModeOpset) {
    for (size_t o = 1; o < node.output_count(); ++o) {
      if (node.HasOutput(o)) {
        return {RejectReason::kAttribute,
                "training outputs before operator version 14"};
      }
    }
    if (node.attrs().Int("spatial", 1) == 0) {
      return {RejectReason::kAttribute, "spatial 0"};
    }
  }
  return {};
}

Status CheckShapes(const PrepareContext& ctx) {
  const graph::Shape& dims = ctx.in(0).dims;
  if (dims.empty()) return ShapeError(ctx, "the input is a scalar");
  const int64_t channels = dims.size() > 1 ? dims[1] : 1;
  for (size_t i = 1; i < 5; ++i) {
    if (Product(ctx.in(i).dims) != channels) {
      return ShapeError(
          ctx, StrCat("input ", i, " of shape ", ShapeText(ctx.in(i).dims),
                      " for ", channels, " channels"));
    }
  }
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(CheckShapes(ctx));
  for (size_t i = 1; i < 5; ++i) {
    ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(i, Layout::kPlain));
  }
  State state;
  state.training = ctx.opset() >= kTrainingModeOpset &&
                   ctx.attrs().Int("training_mode", 0) != 0;
  state.epsilon = static_cast<double>(ctx.attrs().Float("epsilon", 1e-5f));
  state.momentum = static_cast<double>(ctx.attrs().Float("momentum", 0.9f));
  state.scale_type = ctx.in(1).type;
  state.mean_type = ctx.in(3).type;
  const bool blocked = ctx.in(0).type == graph::DataType::kFloat &&
                       ctx.in(0).layout != Layout::kPlain && !state.training;
  if (!blocked) ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, Layout::kPlain));
  const TensorDesc in = ctx.in(0);
  state.block = static_cast<int>(in.layout);
  state.batch = in.dims[0];
  state.channels = in.dims.size() > 1 ? in.dims[1] : 1;
  state.points = in.dims.size() > 2
                     ? Product(std::span<const int64_t>(in.dims).subspan(2))
                     : 1;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, in));
  state.running = ctx.HasOutput(1) && ctx.HasOutput(2);
  for (size_t o = 1; o < ctx.output_count(); ++o) {
    ONNXIFI_RETURN_IF_ERROR(
        ctx.SetOutput(o, {state.mean_type, ctx.in(3).dims}));
  }
  if (!state.training) ctx.AllowInPlace(0, 0);
  RunFn fn = &RunBlocked;
  if (!blocked) {
    DispatchType<FloatTypes>(in.type, [&]<typename T>() { fn = &RunPlain<T>; });
  }
  ctx.SetStepState(fn, state);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(batch_normalization, {.op = "BatchNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare,
                                         .any_layout = true});

}  // namespace onnxifi::cpu
