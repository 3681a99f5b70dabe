#include "backends/opencl/kernels/attention.h"

#include <algorithm>
#include <string>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Scores = AttentionNode::Scores;

// Scores that are held at once, if one row of every head allows it.
constexpr int64_t kMostScores = int64_t{1} << 26;

// The rows of queries that one round of launches works on.
struct Round {
  int64_t first = 0;
  int64_t rows = 0;
};

void BindHeads(const HeadsPlace& place, const char* name, KernelText* kernel) {
  switch (place.kind) {
    case HeadsPlace::Kind::kInput:
      kernel->In(name, place.type, place.at);
      return;
    case HeadsPlace::Kind::kOutput:
      kernel->Out(name, place.type, place.at);
      return;
    case HeadsPlace::Kind::kScratch:
      kernel->Scratch(name, KernelTypeOf(place.type).storage, place.at);
      return;
  }
}

// Index of element `column` of a row; `z` counts the heads of all batch entries.
std::string HeadIndex(const HeadsPlace& place, int64_t heads,
                      const std::string& row, const std::string& column) {
  return StrCat("(z) / ", heads, " * ", place.batch_stride, "L + (z) % ", heads,
                " * ", place.head_stride, "L + (", row, ") * ",
                place.row_stride, "L + (", column, ")");
}

int64_t Heads(const AttentionNode& node) { return node.batch * node.q_heads; }

size_t ScoreBytes(const AttentionPlan& plan, int64_t rows) {
  const auto count =
      static_cast<size_t>(Heads(plan.node) * rows * plan.node.keys);
  const size_t each = plan.compute == DataType::kDouble ? 8 : 4;
  return (count * each + 63) / 64 * 64;
}

// Products of each head of the queries with the keys or values it shares.
MatrixProduct HeadProduct(const AttentionPlan& plan, int64_t rows) {
  const AttentionNode& node = plan.node;
  const int64_t group = node.q_heads / node.kv_heads;
  MatrixProduct p;
  p.batch = {node.batch, node.kv_heads, group};
  p.m = rows;
  p.sum = plan.compute;
  p.a.matrices = Heads(node);
  p.a.strides = {node.q_heads, group, 1};
  p.b.matrices = node.batch * node.kv_heads;
  p.b.strides = {node.kv_heads, 1, 0};
  return p;
}

std::string ScoreIndex(const AttentionPlan& plan, int64_t rows) {
  return StrCat("(z * ", rows, " + row) * ", plan.node.keys, "L + column");
}

void BindScores(const AttentionPlan& plan, KernelText* kernel) {
  kernel->Scratch("scores", KernelTypeOf(plan.compute).storage, plan.scratch);
}

MatrixProduct ScoreProduct(const AttentionPlan& plan, const Round& round) {
  const AttentionNode& node = plan.node;
  MatrixProduct p = HeadProduct(plan, round.rows);
  p.n = node.keys;
  p.k = node.width;
  p.a.direct = plan.q.type == DataType::kFloat;
  p.a.element = LoadText(
      plan.q.type, "queries",
      HeadIndex(plan.q, node.q_heads, StrCat("(i) + ", round.first), "j"));
  p.a.bind = [&plan](KernelText* kernel) {
    BindHeads(plan.q, "queries", kernel);
  };
  p.b.element =
      LoadText(plan.k.type, "keys", HeadIndex(plan.k, node.kv_heads, "j", "i"));
  p.b.bind = [&plan](KernelText* kernel) { BindHeads(plan.k, "keys", kernel); };
  p.tail = StrCat("scores[", ScoreIndex(plan, round.rows), "] = s * (",
                  KernelTypeOf(plan.compute).compute, ")",
                  DoubleText(node.scale), ";");
  if (plan.compute == DataType::kFloat) {
    p.tail = StrCat("scores[", ScoreIndex(plan, round.rows), "] = s * ",
                    FloatText(static_cast<float>(node.scale)), ";");
  }
  p.bind_tail = [&plan](KernelText* kernel) { BindScores(plan, kernel); };
  return p;
}

MatrixProduct ValueProduct(const AttentionPlan& plan, const Round& round) {
  const AttentionNode& node = plan.node;
  MatrixProduct p = HeadProduct(plan, round.rows);
  p.n = node.v_width;
  p.k = node.keys;
  p.a.direct = true;
  p.a.element =
      StrCat("scores[((z) * ", round.rows, " + (i)) * ", node.keys, "L + (j)]");
  p.a.bind = [&plan](KernelText* kernel) { BindScores(plan, kernel); };
  p.b.element = LoadText(plan.v.type, "values",
                         HeadIndex(plan.v, node.kv_heads, "i", "j"));
  p.b.bind = [&plan](KernelText* kernel) {
    BindHeads(plan.v, "values", kernel);
  };
  p.tail = StoreText(
      plan.y.type, "out",
      HeadIndex(plan.y, node.q_heads, StrCat("row + ", round.first), "column"),
      "s");
  p.bind_tail = [&plan](KernelText* kernel) {
    BindHeads(plan.y, "out", kernel);
  };
  return p;
}

// Lines that store `v` as the fourth output, if that shows this stage.
std::string KeepText(const AttentionPlan& plan, const Round& round,
                     Scores stage) {
  if (!plan.scores || plan.node.scores != stage) return "";
  return StoreText(plan.y.type, "shown",
                   StrCat("shown0 + ", round.first * plan.node.keys, "L + j"),
                   "v") +
         "\n";
}

// The keys [begin, end) that row c2 may see by position.
std::string VisibleText(const AttentionPlan& plan, const Round& round) {
  const AttentionNode& node = plan.node;
  std::string text = StrCat("    long begin = 0, end = ", node.keys, ";\n");
  std::string offset = std::to_string(node.past);
  if (plan.lengths) {
    text +=
        StrCat("    end = clamp(lengths[c0], 0L, (long)", node.keys, ");\n");
    offset = StrCat("end - ", node.rows);
  }
  text +=
      StrCat("    const long at = c2 + ", round.first, " + ", offset, ";\n");
  if (node.causal) text += "    end = min(end, max(at + 1, 0L));\n";
  if (plan.mask) {
    text += StrCat("    end = min(end, (long)", node.mask_columns, ");\n");
    const auto& s = node.mask_strides;
    text += StrCat("    const long mask0 = c0 * ", s[0], "L + c1 * ", s[1],
                   "L + (c2 + ", round.first, ") * ", s[2], "L;\n");
  }
  if (node.right_window >= 0) {
    text += StrCat("    end = min(end, max(at + ", node.right_window,
                   "L + 1, 0L));\n");
  }
  if (node.left_window >= 0) {
    text +=
        StrCat("    begin = clamp(at - ", node.left_window, "L, 0L, end);\n");
  }
  return text;
}

// What changes the scores before the softmax.
Launch BiasLaunch(const PrepareContext& ctx, const AttentionPlan& plan,
                  const Round& round) {
  const AttentionNode& node = plan.node;
  const char* const type = KernelTypeOf(plan.compute).compute;
  KernelText kernel;
  BindScores(plan, &kernel);
  std::string body = StrCat("    ", type, " v = scores[i];\n",
                            KeepText(plan, round, Scores::kScaled));
  if (node.softcap > 0) {
    const std::string cap = StrCat("(", type, ")", FloatText(node.softcap));
    body += StrCat("    v = tanh(v / ", cap, ") * ", cap, ";\n");
  }
  body += StrCat(KeepText(plan, round, Scores::kSoftcapped),
                 "    if (j < begin || j >= end) {\n      v = -INFINITY;\n");
  if (plan.mask) {
    kernel.In("mask", plan.mask_type, AttentionNode::kMask);
    const std::string bias =
        LoadText(plan.mask_type, "mask",
                 StrCat("mask0 + j * ", node.mask_strides[3], "L"));
    body +=
        plan.mask_type == DataType::kBool
            ? StrCat("    } else if (!", bias, ") {\n      v = -INFINITY;\n")
            : StrCat("    } else {\n      const ", type, " bias = ", bias,
                     ";\n      v = bias == -INFINITY ? bias : v + bias;\n");
  }
  body += StrCat("    }\n", KeepText(plan, round, Scores::kBiased),
                 "    scores[i] = v;");
  if (plan.lengths) {
    kernel.In("lengths", DataType::kInt64, AttentionNode::kLengths);
  }
  if (plan.scores) kernel.Out("shown", plan.y.type, 3);
  const std::string head = StrCat(
      VisibleText(plan, round), "    const long shown0 = ((c0 * ", node.q_heads,
      "L + c1) * ", node.rows, " + c2) * ", node.keys, "L;\n");
  return MakeRowLoop(FactsOf(ctx), std::move(kernel),
                     {{node.batch, node.q_heads, round.rows}}, node.keys, head,
                     body);
}

// Softmax of every row in its place; a row that sees nothing becomes 0.
Launch SoftmaxLaunch(const PrepareContext& ctx, const AttentionPlan& plan,
                     const Round& round) {
  const AttentionNode& node = plan.node;
  const Shape dims = {Heads(node), round.rows, node.keys};
  RowSpec spec;
  spec.compute = plan.compute;
  spec.dims = RowDims(dims, 0b100);
  spec.operands = {{"scores", plan.compute, RowMajorStrides(dims), 0}};
  KernelText kernel;
  BindScores(plan, &kernel);
  RowStep sum = FoldStep("sum", "0", "e", kSumText, {"scores"});
  sum.text = "const V e = $exp(scores_v - (V)(shift));\n";
  sum.stores = {{"scores", "e"}};
  RowStep last = EachStep({"scores"}, "scores", "scores_v * (V)(factor)");
  if (plan.scores && node.scores == Scores::kProbabilities) {
    kernel.Out("shown", plan.y.type, 3);
    spec.operands.push_back({"shown",
                             plan.y.type,
                             {node.rows * node.keys, node.keys, 1},
                             round.first * node.keys});
    last.stores.emplace_back("shown", "scores_v * (V)(factor)");
  }
  spec.steps = {
      FoldStep("peak", "-INFINITY", "scores_v", kMaxText, {"scores"}),
      TextStep("const R shift = peak == (R)(-INFINITY) ? (R)(0) : peak;\n"),
      std::move(sum),
      TextStep("const R factor = sum == (R)(0) ? (R)(0) : (R)(1) / sum;\n"),
      std::move(last)};
  return MakeRowKernel(FactsOf(ctx), std::move(kernel), spec);
}

bool NeedsBias(const AttentionPlan& plan) {
  const AttentionNode& node = plan.node;
  return plan.mask || plan.lengths || node.causal || node.softcap > 0 ||
         node.left_window >= 0 || node.right_window >= 0 ||
         (plan.scores && node.scores != Scores::kProbabilities);
}

}  // namespace

HeadsPlace PlaceHeads(HeadsPlace::Kind kind, size_t at, const TensorDesc& desc,
                      int64_t heads, int64_t rows, int64_t width) {
  HeadsPlace place = {kind,         at,   desc.type, heads * rows * width,
                      rows * width, width};
  if (desc.dims.size() == 3) {
    place.head_stride = width;
    place.row_stride = heads * width;
  }
  return place;
}

void AddAttention(PrepareContext& ctx, const AttentionPlan& plan,
                  std::vector<Launch>* launches) {
  const AttentionNode& node = plan.node;
  const DeviceFacts& facts = FactsOf(ctx);
  if (Heads(node) * node.rows == 0) return;
  const int64_t row = Heads(node) * std::max<int64_t>(node.keys, 1);
  const int64_t most = std::clamp<int64_t>(kMostScores / row, 1, node.rows);
  const size_t free = plan.scratch + ScoreBytes(plan, most);
  for (int64_t first = 0; first < node.rows; first += most) {
    const Round round = {first, std::min(most, node.rows - first)};
    const MatrixProduct scores = ScoreProduct(plan, round);
    const MatrixProduct values = ValueProduct(plan, round);
    ctx.BookScratch(free + std::max(ProductScratch(facts, scores),
                                    ProductScratch(facts, values)));
    AddProduct(facts, scores, free, launches);
    if (node.keys > 0) {
      if (NeedsBias(plan)) launches->push_back(BiasLaunch(ctx, plan, round));
      launches->push_back(SoftmaxLaunch(ctx, plan, round));
    }
    AddProduct(facts, values, free, launches);
  }
}

}  // namespace onnxifi::opencl
