#include "backends/cpu/kernels/random_op.h"

#include <bit>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {

namespace {

constexpr int64_t kGrain = kElementGrain / 8;  // dear elements, in pairs

struct State {
  RandomSource source;
  Distribution distribution = Distribution::kUniform;
  DataType type = DataType::kFloat;
  int64_t count = 0;
  double offset = 0;  // low or mean
  double scale = 1;   // high - low, or the standard deviation
};

DataType OutputType(const NodeView& n) {
  const bool like = n.HasInput(0);
  const int64_t given = n.attrs().Int("dtype", 0);
  if (given != 0) return static_cast<DataType>(given);
  return like ? n.input_type(0) : DataType::kFloat;
}

template <typename T>
void Fill(const State& s, const RandomStream& stream, void* out, int64_t begin,
          int64_t end) {
  for (int64_t pair = begin; pair < end; ++pair) {
    const auto position = static_cast<uint64_t>(pair);
    const auto numbers = s.distribution == Distribution::kNormal
                             ? stream.Normal(position)
                             : stream.Uniform(position);
    for (int64_t k = 0; k < 2 && 2 * pair + k < s.count; ++k) {
      const double value = s.offset + s.scale * numbers[static_cast<size_t>(k)];
      StoreAt<T>(out, 2 * pair + k, Narrow<T>(static_cast<Compute<T>>(value)));
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const RandomStream stream = s.source.NextRun();
  DispatchType<FloatTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange((s.count + 1) / 2, kGrain,
                             [&](int64_t begin, int64_t end) {
                               Fill<T>(s, stream, args.out[0], begin, end);
                             });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

RandomSource SourceOf(const NodeView& node) {
  if (!node.attrs().Has("seed")) return RandomSource(std::nullopt);
  return RandomSource(std::bit_cast<uint32_t>(node.attrs().Float("seed", 0)));
}

Reject SupportsRandom(const NodeView& node) {
  if (Reject r = RequireTensors(node); !r.supported()) return r;
  if (HasType<FloatTypes>(OutputType(node))) return {};
  return {RejectReason::kDataType, "only floating-point numbers are drawn"};
}

Status PrepareRandom(PrepareContext& ctx, Distribution distribution) {
  const graph::AttrReader attrs = ctx.attrs();
  State s{SourceOf(ctx)};
  s.distribution = distribution;
  s.type = OutputType(ctx);
  if (distribution == Distribution::kNormal) {
    s.offset = attrs.Float("mean", 0);
    s.scale = attrs.Float("scale", 1);
  } else {
    s.offset = attrs.Float("low", 0);
    s.scale = static_cast<double>(attrs.Float("high", 1)) - s.offset;
  }
  Shape dims;
  if (ctx.HasInput(0)) {
    dims = ctx.in(0).dims;
    ctx.ReleaseInput(0);
    if (s.type == DataType::kUndefined) s.type = ctx.in(0).type;
  } else {
    const auto given = attrs.Ints("shape");
    dims.assign(given.begin(), given.end());
  }
  ONNXIFI_ASSIGN_OR_RETURN(s.count, graph::ElementCount(dims));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, std::move(dims)}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
