#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/conv_plan.h"
#include "backends/cpu/dnnl_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

// Multiplications below which a second thread costs more than it saves.
constexpr int64_t kMinParallelWork = 200000;
constexpr size_t kAlignment = 64;

// One sub-convolution: a range of images, output channels or groups.
struct Chunk {
  std::unique_ptr<DnnlConvCall> call;
  std::shared_ptr<const AlignedFloats> weights;
  size_t src = 0;  // offsets in floats
  size_t dst = 0;
  size_t dst_count = 0;
  size_t bias = 0;
  size_t scratch = 0;      // offset in bytes
  int64_t tail_lane = -1;  // first padded lane of the chunk's last block
};

// Thread-safe; each chunk of one run by one thread.
struct DnnlState {
  std::vector<Chunk> chunks;
  AlignedFloats bias;
  int64_t points = 0;
  int64_t block = 1;
};

// Clears the padded channels of the last block, which an activation with
// f(0) != 0 filled.
void ClearTail(float* block_start, int64_t points, int64_t block,
               int64_t lane) {
  for (int64_t p = 0; p < points; ++p) {
    for (int64_t c = lane; c < block; ++c) block_start[p * block + c] = 0;
  }
}

onnxStatus RunDnnl(const void* state, const RunArgs& args) {
  const DnnlState& s = *static_cast<const DnnlState*>(state);
  const float* src = static_cast<const float*>(args.in[0]);
  const float* residual = static_cast<const float*>(args.in[3]);
  float* dst = static_cast<float*>(args.out[0]);
  std::atomic<onnxStatus> status{ONNXIFI_STATUS_SUCCESS};
  args.pool->ParallelFor(
      static_cast<int64_t>(s.chunks.size()), [&](int64_t index) {
        const Chunk& chunk = s.chunks[static_cast<size_t>(index)];
        float* out = dst + chunk.dst;
        if (residual != nullptr && residual != dst) {
          std::memcpy(out, residual + chunk.dst,
                      chunk.dst_count * sizeof(float));
        }
        const onnxStatus done = chunk.call->Execute(
            {src + chunk.src, chunk.weights->data(),
             s.bias.empty() ? nullptr : s.bias.data() + chunk.bias, out,
             static_cast<char*>(args.scratch) + chunk.scratch});
        if (done != ONNXIFI_STATUS_SUCCESS) status = done;
        if (chunk.tail_lane >= 0) {
          ClearTail(
              out + chunk.dst_count - static_cast<size_t>(s.points * s.block),
              s.points, s.block, chunk.tail_lane);
        }
      });
  return status;
}

// Inputs of Run that a node without residual does not have.
onnxStatus RunDnnlNoResidual(const void* state, const RunArgs& args) {
  const void* in[4] = {args.in[0], nullptr, nullptr, nullptr};
  RunArgs with = args;
  with.in = in;
  return RunDnnl(state, with);
}

// How a convolution is laid out and cut for oneDNN.
struct Scheme {
  Layout src = Layout::kPlain;
  Layout dst = Layout::kPlain;
  bool depthwise = false;
  bool need_jit = true;
};

int64_t BlockOf(Layout layout) {
  return std::max<int64_t>(1, static_cast<int64_t>(layout));
}

int64_t Multiplications(const ConvNode& conv) {
  return conv.batch * conv.out_channels * conv.window.out_points() *
         (conv.in_channels / conv.groups) * conv.window.kernel_points();
}

// Schemes worth trying, best first.
std::vector<Scheme> Schemes(const ConvNode& conv, Layout in_layout) {
  const Layout blocked = PreferredLayout();
  const int64_t block = BlockOf(blocked);
  std::vector<Scheme> schemes;
  const int64_t group_in = conv.in_channels / conv.groups;
  const int64_t group_out = conv.out_channels / conv.groups;
  if (conv.groups == 1) {
    if (conv.in_channels < block && in_layout == Layout::kPlain) {
      schemes.push_back({Layout::kPlain, blocked});
    }
    schemes.push_back({blocked, blocked});
  } else if (group_in == 1 && group_out == 1) {
    schemes.push_back({blocked, blocked, true});
  } else if (group_in % block == 0 && group_out % block == 0) {
    schemes.push_back({blocked, blocked});
  }
  schemes.push_back({Layout::kPlain, Layout::kPlain, false, false});
  return schemes;
}

// A range of images and of output channels (groups for grouped
// convolutions, in units of a block for depthwise ones).
struct Range {
  int64_t image = 0, images = 0;
  int64_t channel = 0, channels = 0;  // padded output channels
};

std::vector<Range> Cut(const ConvNode& conv, const Scheme& scheme,
                       int threads) {
  const int64_t block = BlockOf(scheme.dst);
  const int64_t padded = RoundUp(conv.out_channels, block);
  std::vector<Range> ranges;
  if (threads == 1 || Multiplications(conv) < kMinParallelWork) {
    return {{0, conv.batch, 0, padded}};
  }
  if (conv.batch >= threads && conv.batch % threads == 0) {
    const int64_t images = conv.batch / threads;
    for (int64_t n = 0; n < conv.batch; n += images) {
      ranges.push_back({n, images, 0, padded});
    }
    return ranges;
  }
  const bool grouped = conv.groups > 1 && !scheme.depthwise;
  const int64_t unit = grouped ? conv.out_channels / conv.groups : block;
  const int64_t units = padded / unit;
  const int64_t parts = std::min<int64_t>(threads, units);
  for (int64_t n = 0; n < conv.batch; ++n) {
    int64_t begin = 0;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t end = units * (part + 1) / parts;
      ranges.push_back({n, 1, begin * unit, (end - begin) * unit});
      begin = end;
    }
  }
  return ranges;
}

void FillDims(const Window::Dims& from, size_t rank, std::vector<int64_t>* to) {
  to->assign(from.end() - static_cast<int64_t>(rank), from.end());
}

DnnlConvShape ChunkShape(const ConvNode& conv, const Scheme& scheme,
                         const Range& range, bool bias) {
  DnnlConvShape shape;
  const Window& w = conv.window;
  const size_t rank = std::max<size_t>(2, w.rank);
  shape.batch = range.images;
  shape.out_channels = range.channels;
  if (scheme.depthwise) {
    shape.groups = shape.in_channels = range.channels;
  } else if (conv.groups > 1) {
    shape.groups = range.channels / (conv.out_channels / conv.groups);
    shape.in_channels = shape.groups * (conv.in_channels / conv.groups);
  } else {
    shape.in_channels = RoundUp(conv.in_channels, BlockOf(scheme.src));
  }
  FillDims(w.in, rank, &shape.in);
  FillDims(w.out, rank, &shape.out);
  FillDims(w.kernel, rank, &shape.kernel);
  FillDims(w.stride, rank, &shape.strides);
  FillDims(w.dilation, rank, &shape.dilations);
  FillDims(w.pad_begin, rank, &shape.pad_begin);
  FillDims(w.pad_end, rank, &shape.pad_end);
  // What oneDNN calls the padding at the end also covers rows that a stride
  // leaves over; it may then be smaller than ONNX's.
  for (size_t i = 0; i < rank; ++i) {
    shape.pad_end[i] = (shape.out[i] - 1) * shape.strides[i] +
                       (shape.kernel[i] - 1) * shape.dilations[i] + 1 -
                       shape.in[i] - shape.pad_begin[i];
  }
  shape.src = ToDnnlLayout(scheme.src);
  shape.dst = ToDnnlLayout(scheme.dst);
  shape.bias = bias;
  shape.residual = conv.residual;
  shape.activation = conv.activation;
  return shape;
}

std::string ShapeKey(const DnnlConvShape& s) {
  std::string key =
      StrCat(s.batch, ":", s.groups, ":", s.in_channels, ":", s.out_channels,
             ":", static_cast<int>(s.src), ":", static_cast<int>(s.dst), ":",
             s.bias, s.residual, static_cast<int>(s.activation.kind));
  for (const auto* dims :
       {&s.in, &s.kernel, &s.strides, &s.dilations, &s.pad_begin, &s.pad_end}) {
    key += ':' + ShapeText(*dims);
  }
  return key;
}

// Packs the weights of output channels [range.channel, +channels), padded
// with zero channels as the shape asks.
Result<std::shared_ptr<const AlignedFloats>> PackChunk(
    const ConvNode& conv, const Range& range, const DnnlConvShape& shape,
    const DnnlConv& primitive, const void* weights) {
  const int64_t taps = conv.window.kernel_points();
  const int64_t row = conv.in_channels / conv.groups * taps;
  const int64_t padded_row = shape.in_channels / shape.groups * taps;
  const int64_t rows = std::max<int64_t>(
      0, std::min(range.channels, conv.out_channels - range.channel));
  const char* first = static_cast<const char*>(weights) +
                      static_cast<size_t>(range.channel * row) * sizeof(float);
  auto packed = std::make_shared<AlignedFloats>();
  ONNXIFI_RETURN_IF_ERROR(
      packed->Allocate(primitive.weight_bytes() / sizeof(float)));
  if (rows == range.channels && row == padded_row &&
      conv.weight_scale.empty()) {
    ONNXIFI_RETURN_IF_ERROR(primitive.PackWeights(first, packed->data()));
    return std::shared_ptr<const AlignedFloats>(packed);
  }
  AlignedFloats padded;
  ONNXIFI_RETURN_IF_ERROR(
      padded.Allocate(static_cast<size_t>(range.channels * padded_row)));
  CopyScaledWeights(conv, weights, range.channel, rows, row, padded.data(),
                    padded_row);
  ONNXIFI_RETURN_IF_ERROR(primitive.PackWeights(padded.data(), packed->data()));
  return std::shared_ptr<const AlignedFloats>(packed);
}

// Offsets, in floats, of a range inside the source and the destination.
void SetOffsets(const ConvNode& conv, const Scheme& scheme, const Range& range,
                Chunk* chunk) {
  const int64_t in_points = conv.window.in_points();
  const int64_t out_points = conv.window.out_points();
  const int64_t in_padded = RoundUp(conv.in_channels, BlockOf(scheme.src));
  const int64_t out_padded = RoundUp(conv.out_channels, BlockOf(scheme.dst));
  int64_t in_channel = 0;
  if (scheme.depthwise) {
    in_channel = range.channel;
  } else if (conv.groups > 1) {
    in_channel = range.channel / (conv.out_channels / conv.groups) *
                 (conv.in_channels / conv.groups);
  }
  chunk->src =
      static_cast<size_t>((range.image * in_padded + in_channel) * in_points);
  chunk->dst = static_cast<size_t>((range.image * out_padded + range.channel) *
                                   out_points);
  chunk->dst_count =
      static_cast<size_t>(range.images * range.channels * out_points);
  chunk->bias = static_cast<size_t>(range.channel);
}

Result<DnnlState> MakeDnnlState(PrepareContext& ctx, const ConvNode& conv,
                                const Scheme& scheme, size_t* scratch) {
  DnnlState state;
  state.points = conv.window.out_points();
  state.block = BlockOf(scheme.dst);
  const int64_t padded = RoundUp(conv.out_channels, state.block);
  const bool clear = padded != conv.out_channels && !KeepsZero(conv.activation);
  ONNXIFI_ASSIGN_OR_RETURN(state.bias, PaddedBias(ctx, padded));
  std::vector<Range> ranges = Cut(conv, scheme, ctx.pool().threads());
  if (clear && conv.batch > 1) {
    // A tail per image: simplest with one image per chunk.
    std::vector<Range> single;
    for (int64_t n = 0; n < conv.batch; ++n)
      single.push_back({n, 1, 0, padded});
    ranges = std::move(single);
  }
  std::string last_key;
  std::shared_ptr<const DnnlConv> primitive;
  for (const Range& range : ranges) {
    const DnnlConvShape shape =
        ChunkShape(conv, scheme, range, !state.bias.empty());
    std::string key = ShapeKey(shape);
    if (key != last_key) {
      ONNXIFI_ASSIGN_OR_RETURN(primitive,
                               DnnlConv::Create(shape, scheme.need_jit));
      last_key = key;
    }
    Chunk chunk;
    SetOffsets(conv, scheme, range, &chunk);
    ONNXIFI_ASSIGN_OR_RETURN(chunk.call, DnnlConvCall::Create(primitive));
    ONNXIFI_ASSIGN_OR_RETURN(
        chunk.weights,
        ctx.packed().GetOrMake<AlignedFloats>(
            StrCat(ctx.output(0).name, "/weights/", range.channel, "/",
                   primitive->weight_order()),
            [&] {
              return PackChunk(conv, range, shape, *primitive,
                               ctx.ConstantIn(1)->data);
            }));
    chunk.scratch = *scratch;
    *scratch += RoundUp(primitive->scratch_bytes(), kAlignment);
    if (clear && range.channel + range.channels == padded) {
      chunk.tail_lane = conv.out_channels - (padded - state.block);
    }
    state.chunks.push_back(std::move(chunk));
  }
  return state;
}

bool IsFast(PrepareContext& ctx, const ConvNode& conv) {
  if (ctx.in(0).type != graph::DataType::kFloat) return false;
  if (ctx.ConstantIn(1) == nullptr) return false;
  if (ctx.HasInput(2) && ctx.ConstantIn(2) == nullptr) return false;
  return conv.batch > 0 && conv.in_channels > 0 && conv.out_channels > 0 &&
         conv.window.in_points() > 0 && conv.window.out_points() > 0;
}

}  // namespace

Result<AlignedFloats> PaddedBias(PrepareContext& ctx, int64_t padded) {
  AlignedFloats bias;
  const graph::TensorData* data = ctx.ConstantIn(2);
  if (data == nullptr) return bias;
  ONNXIFI_RETURN_IF_ERROR(bias.Allocate(static_cast<size_t>(padded)));
  std::memcpy(bias.data(), data->data, data->bytes);
  return bias;
}

Status CommitConv(PrepareContext& ctx, const ConvNode& conv, Layout src,
                  Layout dst) {
  ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(0, src));
  ctx.ReleaseInput(1);
  if (ctx.HasInput(2)) ctx.ReleaseInput(2);
  if (conv.residual) ONNXIFI_RETURN_IF_ERROR(ctx.RequireLayout(3, dst));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
      0, {graph::DataType::kFloat,
          WindowOutput(conv.window, conv.batch, conv.out_channels), dst}));
  if (conv.residual) ctx.AllowInPlace(0, 3);
  return Status::Ok();
}

Result<bool> PlanFastConv(PrepareContext& ctx, const ConvNode& conv) {
  if (!IsFast(ctx, conv)) return false;
  ONNXIFI_ASSIGN_OR_RETURN(const bool point, PlanPointConv(ctx, conv));
  if (point) return true;
  if (!conv.input_order.empty()) return false;
  ONNXIFI_ASSIGN_OR_RETURN(const bool winograd, PlanWinograd(ctx, conv));
  if (winograd) return true;
  for (const Scheme& scheme : Schemes(conv, ctx.in(0).layout)) {
    size_t scratch = 0;
    Result<DnnlState> state = MakeDnnlState(ctx, conv, scheme, &scratch);
    if (!state.ok()) {
      if (state.status().code() == ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE) {
        continue;
      }
      return state.status();
    }
    ONNXIFI_RETURN_IF_ERROR(CommitConv(ctx, conv, scheme.src, scheme.dst));
    ctx.BookScratch(scratch);
    ctx.SetStep(conv.residual ? &RunDnnl : &RunDnnlNoResidual,
                std::make_shared<const DnnlState>(std::move(*state)));
    return true;
  }
  return false;
}

}  // namespace onnxifi::cpu
