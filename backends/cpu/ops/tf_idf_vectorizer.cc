#include <algorithm>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ngram_pool.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using Token = NgramPool::Token;

struct State {
  std::shared_ptr<const NgramPool> pool;
  DataType type = DataType::kInt64;
  int64_t rows = 1;
  int64_t columns = 0;
};

Reject Supports(const NodeView& n) {
  const graph::Attribute* texts = n.attrs().Find("pool_strings");
  const bool strings = texts != nullptr && !texts->strings.empty();
  if (Reject r = strings
                     ? RequireType(n, 0, {DataType::kString})
                     : RequireType(n, 0, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return RequireRankAtMost(n, 0, 2);
}

Token FindToken(const State& s, const void* data, int64_t i) {
  if (s.type == DataType::kString) {
    return s.pool->Find(LoadAt<graph::StringRef>(data, i));
  }
  return s.pool->Find(LoadInt(data, s.type, i));
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  auto* tokens = static_cast<Token*>(args.scratch);
  float* out = static_cast<float*>(args.out[0]);
  const int64_t outputs = s.pool->outputs();
  const int64_t grain = 4096 / (s.columns + outputs + 1) + 1;
  args.pool->ParallelRange(s.rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Token* const mine = tokens + row * s.columns;
      for (int64_t i = 0; i < s.columns; ++i) {
        mine[i] = FindToken(s, args.in[0], row * s.columns + i);
      }
      std::fill_n(out + row * outputs, outputs, 0.0f);
      s.pool->Count({mine, static_cast<size_t>(s.columns)},
                    out + row * outputs);
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.pool, ctx.packed().GetOrMake<NgramPool>(
                  NodeKey(ctx), [&] { return NgramPool::Make(ctx); }));
  if (in.dims.size() > 2 ||
      s.pool->has_strings() != (in.type == DataType::kString)) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in.dims), " of ",
                    graph::DataTypeName(in.type), " does not fit the pool"));
  }
  s.type = in.type;
  s.columns = in.dims.empty() ? 1 : in.dims.back();
  Shape dims;
  if (in.dims.size() == 2) dims.push_back(s.rows = in.dims[0]);
  dims.push_back(s.pool->outputs());
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kFloat, std::move(dims)}));
  ctx.BookScratch(static_cast<size_t>(s.rows * s.columns) * sizeof(Token));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(tf_idf_vectorizer, {.op = "TfIdfVectorizer",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
