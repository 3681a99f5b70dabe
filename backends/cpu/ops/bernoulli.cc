#include <cstring>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/random_op.h"

namespace onnxifi::cpu {
namespace {

constexpr int64_t kGrain = kElementGrain / 8;  // dear elements, in pairs

struct State {
  RandomSource source;
  DataType in_type = DataType::kFloat;
  int64_t count = 0;
  size_t element_bytes = 4;
  NumberBytes one = {};
};

DataType OutputType(const NodeView& n) {
  const int64_t given = n.attrs().Int("dtype", 0);
  return given == 0 ? n.input_type(0) : static_cast<DataType>(given);
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTypeIn<FloatTypes>(n, 0); !r.supported()) return r;
  NumberBytes one;
  if (MakeNumber(OutputType(n), 1, &one)) return {};
  return {RejectReason::kDataType, graph::DataTypeName(OutputType(n))};
}

template <typename T>
void Fill(const State& s, const RandomStream& stream, const RunArgs& args,
          int64_t begin, int64_t end) {
  constexpr NumberBytes kZero = {};
  char* out = static_cast<char*>(args.out[0]);
  for (int64_t pair = begin; pair < end; ++pair) {
    const auto numbers = stream.Uniform(static_cast<uint64_t>(pair));
    for (int64_t k = 0; k < 2 && 2 * pair + k < s.count; ++k) {
      const int64_t i = 2 * pair + k;
      const auto probability =
          static_cast<double>(Widen(LoadAt<T>(args.in[0], i)));
      const bool drawn = numbers[static_cast<size_t>(k)] < probability;
      std::memcpy(out + static_cast<size_t>(i) * s.element_bytes,
                  drawn ? s.one.data() : kZero.data(), s.element_bytes);
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const RandomStream stream = s.source.NextRun();
  DispatchType<FloatTypes>(s.in_type, [&]<typename T>() {
    args.pool->ParallelRange((s.count + 1) / 2, kGrain,
                             [&](int64_t begin, int64_t end) {
                               Fill<T>(s, stream, args, begin, end);
                             });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const int64_t given = ctx.attrs().Int("dtype", 0);
  const DataType type = given == 0 ? in.type : static_cast<DataType>(given);
  State s{SourceOf(ctx)};
  s.in_type = in.type;
  s.count = Product(in.dims);
  s.element_bytes = static_cast<size_t>(ElementBytes(type));
  MakeNumber(type, 1, &s.one);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, in.dims}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(bernoulli, {.op = "Bernoulli",
                               .supports = &Supports,
                               .prepare = &Prepare,
                               .nondeterministic = true});

}  // namespace onnxifi::cpu
