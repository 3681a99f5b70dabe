#include <algorithm>
#include <cmath>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

enum class Norm : uint8_t { kMax, kL1, kL2 };

struct State {
  Norm norm = Norm::kMax;
  DataType type = DataType::kFloat;
  int64_t rows = 1;
  int64_t columns = 1;
};

bool ParseNorm(std::string_view text, Norm* norm) {
  if (text == "MAX") {
    *norm = Norm::kMax;
  } else if (text == "L1") {
    *norm = Norm::kL1;
  } else if (text == "L2") {
    *norm = Norm::kL2;
  } else {
    return false;
  }
  return true;
}

Reject Supports(const NodeView& n) {
  Norm norm;
  const auto text = n.attrs().String("norm", "MAX");
  if (!ParseNorm(text, &norm)) {
    return {RejectReason::kAttribute, StrCat("norm ", text)};
  }
  return RequireFeatures(n);
}

// What a row is divided by. The largest value, not magnitude, as the
// operator's text has it.
template <typename T>
double Divisor(Norm norm, const T* row, int64_t count) {
  double result = 0;
  switch (norm) {
    case Norm::kMax:
      result = static_cast<double>(*std::max_element(row, row + count));
      break;
    case Norm::kL1:
      for (int64_t i = 0; i < count; ++i) {
        result += std::abs(static_cast<double>(row[i]));
      }
      break;
    case Norm::kL2:
      for (int64_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(row[i]);
        result += x * x;
      }
      result = std::sqrt(result);
      break;
  }
  return result == 0 ? 1 : result;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  DispatchType<FeatureTypes>(s.type, [&]<typename T>() {
    const T* const in = static_cast<const T*>(args.in[0]);
    args.pool->ParallelRange(
        s.rows, kElementGrain / (s.columns + 1) + 1,
        [&](int64_t begin, int64_t end) {
          for (int64_t row = begin; row < end; ++row) {
            const T* const from = in + row * s.columns;
            const double divisor = Divisor(s.norm, from, s.columns);
            for (int64_t i = 0; i < s.columns; ++i) {
              out[row * s.columns + i] =
                  static_cast<float>(static_cast<double>(from[i]) / divisor);
            }
          }
        });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const FeatureMatrix matrix, ReadFeatures(ctx));
  State s;
  ParseNorm(ctx.attrs().String("norm", "MAX"), &s.norm);
  s.type = matrix.type;
  s.columns = matrix.columns;
  s.rows = s.columns == 0 ? 0 : matrix.rows;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kFloat, ctx.in(0).dims}));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(normalizer, {.domain = kMlDomain,
                                .op = "Normalizer",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::cpu
