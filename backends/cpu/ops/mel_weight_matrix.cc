#include <algorithm>
#include <cmath>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  DataType in_types[5];
  int64_t rows = 0;  // spectrogram bins
  int64_t bins = 0;  // mel bins
};

DataType OutputType(const NodeView& n) {
  return static_cast<DataType>(n.attrs().Int("output_datatype", 1));
}

Reject Supports(const NodeView& n) {
  if (!HasType<NumericTypes>(OutputType(n))) {
    return {RejectReason::kDataType, "output_datatype"};
  }
  for (size_t i = 0; i < 5; ++i) {
    if (!HasType<NumericTypes>(n.input_type(i))) {
      return {RejectReason::kDataType, "inputs"};
    }
  }
  if (Reject r = RequireKnown(n, 0); !r.supported()) return r;
  return RequireKnown(n, 1);
}

double MelOf(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double HertzOf(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  double in[5];
  for (size_t i = 0; i < 5; ++i) {
    in[i] = LoadNumber(args.in[i], s.in_types[i], 0);
  }
  const double length = in[1];
  std::memset(args.out[0], 0,
              static_cast<size_t>(s.rows * s.bins * ElementBytes(s.type)));
  const double low = MelOf(in[3]);
  const double step = (MelOf(in[4]) - low) / static_cast<double>(s.bins + 2);
  // Spectrogram bin where triangle k begins; the next two are its centre and
  // end.
  const auto edge = [&](int64_t k) {
    const double hertz = HertzOf(static_cast<double>(k) * step + low);
    return SaturatedInt(std::floor((length + 1) * hertz / in[2]));
  };
  const auto put = [&](int64_t row, int64_t column, double value) {
    if (row < 0 || row >= s.rows) return;
    StoreNumber(args.out[0], s.type, row * s.bins + column, value);
  };
  for (int64_t k = 0; k < s.bins; ++k) {
    const int64_t begin = std::max<int64_t>(edge(k), -1);
    const int64_t centre = std::clamp<int64_t>(edge(k + 1), begin, s.rows);
    const int64_t end = std::clamp<int64_t>(edge(k + 2), centre, s.rows);
    if (begin == centre) put(centre, k, 1);
    for (int64_t j = begin; begin != centre && j <= centre; ++j) {
      put(j, k,
          static_cast<double>(j - begin) / static_cast<double>(centre - begin));
    }
    for (int64_t j = centre; j < end; ++j) {
      put(j, k,
          static_cast<double>(end - j) / static_cast<double>(end - centre));
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  s.type = OutputType(ctx);
  for (size_t i = 0; i < 5; ++i) {
    s.in_types[i] = ctx.in(i).type;
    if (Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "all inputs must be scalars");
    }
  }
  const graph::TensorData* bins = ctx.ConstantIn(0);
  const graph::TensorData* length = ctx.ConstantIn(1);
  if (bins == nullptr) return UnknownInput(ctx, 0);
  if (length == nullptr) return UnknownInput(ctx, 1);
  s.bins = LoadInteger(bins->data, bins->type, 0);
  s.rows = LoadInteger(length->data, length->type, 0) / 2 + 1;
  if (s.rows < 1 || s.bins < 1) {
    return ShapeError(ctx, "bins and length must be positive");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, {s.rows, s.bins}}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(mel_weight_matrix, {.op = "MelWeightMatrix",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
