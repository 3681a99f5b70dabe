#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/random_op.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  RandomSource source;
  DataType in_type = DataType::kFloat;
  DataType type = DataType::kInt32;
  int64_t batch = 0;
  int64_t classes = 0;
  int64_t samples = 0;
};

DataType OutputType(const NodeView& n) {
  return static_cast<DataType>(
      n.attrs().Int("dtype", static_cast<int64_t>(DataType::kInt32)));
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTypeIn<FloatTypes>(n, 0); !r.supported()) return r;
  if (!HasType<TypeList<int32_t, int64_t>>(OutputType(n))) {
    return {RejectReason::kDataType, graph::DataTypeName(OutputType(n))};
  }
  if (n.attrs().Int("sample_size", 1) < 0) {
    return {RejectReason::kAttribute, "sample_size is negative"};
  }
  return {};
}

// Running sums of the probabilities of one row, up to a factor; false when
// they are not numbers or all zero.
template <typename T>
bool SumUp(const State& s, const void* in, int64_t row, double* sums) {
  const auto logit = [&](int64_t c) {
    return static_cast<double>(Widen(LoadAt<T>(in, row * s.classes + c)));
  };
  double most = logit(0);
  for (int64_t c = 1; c < s.classes; ++c) most = std::max(most, logit(c));
  double total = 0;
  for (int64_t c = 0; c < s.classes; ++c) {
    total += std::exp(logit(c) - most);
    sums[c] = total;
  }
  return std::isfinite(total) && total > 0;
}

// The class whose share of the sums a number in [0, 1) hits.
int64_t Pick(const State& s, const double* sums, double number) {
  const double* const end = sums + s.classes;
  const double total = sums[s.classes - 1];
  const double* hit = std::upper_bound(sums, end, number * total);
  if (hit == end) hit = std::lower_bound(sums, end, total);
  return hit - sums;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const RandomStream stream = s.source.NextRun();
  double* const sums = static_cast<double*>(args.scratch);
  for (int64_t row = 0; row < s.batch && s.samples > 0; ++row) {
    bool ok = false;
    DispatchType<FloatTypes>(s.in_type, [&]<typename T>() {
      ok = SumUp<T>(s, args.in[0], row, sums);
    });
    if (!ok) return ONNXIFI_STATUS_INTERNAL_ERROR;
    for (int64_t i = row * s.samples; i < (row + 1) * s.samples; ++i) {
      const int64_t picked =
          Pick(s, sums, stream.UniformNumber(static_cast<uint64_t>(i)));
      if (s.type == DataType::kInt32) {
        StoreAt<int32_t>(args.out[0], i, static_cast<int32_t>(picked));
      } else {
        StoreAt<int64_t>(args.out[0], i, picked);
      }
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.size() != 2) {
    return ShapeError(ctx,
                      StrCat("input ", ShapeText(in.dims), " is no matrix"));
  }
  State s{SourceOf(ctx)};
  s.in_type = in.type;
  s.type = OutputType(ctx);
  s.batch = in.dims[0];
  s.classes = in.dims[1];
  s.samples = ctx.attrs().Int("sample_size", 1);
  if (s.classes == 0 && s.batch != 0 && s.samples != 0) {
    return ShapeError(ctx, "there is no class to draw");
  }
  if (s.classes > INT32_MAX && s.type == DataType::kInt32) {
    return ShapeError(ctx, "int32 cannot number the classes");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, {s.batch, s.samples}}));
  ctx.BookScratch(static_cast<size_t>(s.classes) * sizeof(double));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(multinomial, {.op = "Multinomial",
                                 .supports = &Supports,
                                 .prepare = &Prepare,
                                 .nondeterministic = true});

}  // namespace onnxifi::cpu
