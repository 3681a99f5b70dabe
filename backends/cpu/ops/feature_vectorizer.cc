#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct Part {
  DataType type = DataType::kFloat;
  int64_t columns = 0;  // of the input
  int64_t width = 0;    // in the output: cut, or filled with zeros
};

struct State {
  int64_t rows = 1;
  int64_t columns = 0;
  std::vector<Part> parts;
};

Reject Supports(const NodeView& n) {
  for (size_t i = 0; i < n.input_count(); ++i) {
    if (!n.HasInput(i)) {
      return {RejectReason::kShape, StrCat("input ", i, " is missing")};
    }
    if (Reject r = RequireTypeIn<FeatureTypes>(n, i); !r.supported()) return r;
    if (Reject r = RequireRankAtMost(n, i, 2); !r.supported()) return r;
  }
  return {};
}

void CopyPart(const Part& part, const void* in, int64_t row, float* out) {
  const int64_t count = std::min(part.columns, part.width);
  DispatchType<FeatureTypes>(part.type, [&]<typename T>() {
    const T* from = static_cast<const T*>(in) + row * part.columns;
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(from[i]);
  });
  std::fill(out + count, out + part.width, 0.0f);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  args.pool->ParallelRange(s.rows, kElementGrain / (s.columns + 1) + 1,
                           [&](int64_t begin, int64_t end) {
                             for (int64_t row = begin; row < end; ++row) {
                               float* to = out + row * s.columns;
                               for (size_t i = 0; i < s.parts.size(); ++i) {
                                 CopyPart(s.parts[i], args.in[i], row, to);
                                 to += s.parts[i].width;
                               }
                             }
                           });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const auto widths = ctx.attrs().Ints("inputdimensions");
  if (!widths.empty() && widths.size() != ctx.input_count()) {
    return InvalidNode(ctx, StrCat(widths.size(), " inputdimensions for ",
                                   ctx.input_count(), " inputs"));
  }
  State s;
  for (size_t i = 0; i < ctx.input_count(); ++i) {
    const TensorDesc& in = ctx.in(i);
    const int64_t rows = in.dims.size() == 2 ? in.dims[0] : 1;
    if (i == 0) s.rows = rows;
    if (in.dims.empty() || in.dims.size() > 2 || rows != s.rows) {
      return ShapeError(ctx, StrCat("input ", i, " is ", ShapeText(in.dims),
                                    ", input 0 has ", s.rows, " rows"));
    }
    const int64_t width = widths.empty() ? in.dims.back() : widths[i];
    if (width < 0 || !CheckedAdd(s.columns, width, &s.columns)) {
      return InvalidNode(ctx, StrCat("inputdimensions has ", width));
    }
    s.parts.push_back({in.type, in.dims.back(), width});
  }
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kFloat, {s.rows, s.columns}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(feature_vectorizer, {.domain = kMlDomain,
                                        .op = "FeatureVectorizer",
                                        .supports = &Supports,
                                        .prepare = &Prepare});

}  // namespace onnxifi::cpu
