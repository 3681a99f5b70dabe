// Products of matrices.
#include <algorithm>
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

Var Transposed(Var x, size_t rank) {
  return SwapDims(x, rank, rank - 2, rank - 1);
}

// As a matrix of as many columns as the last dimension has.
Var Rows(Var x) {
  Emitter& e = *x.emitter;
  return Reshape(x, JoinInts({e.Ints({-1}), ShapeOf(x, -1)}),
                 OfRank(x.type(), 2));
}

// Vectors count as a row on the left and as a column on the right; the result
// has no such dimension.
Status MatMulRule(RuleContext& r) {
  const Var a = r.in(0);
  const Var b = r.in(1);
  if (a.rank() < 1 || b.rank() < 1) {
    return r.Refuse("the ranks of its operands are not known; declare them");
  }
  const auto a_rank = static_cast<size_t>(std::max(a.rank(), 2));
  const auto b_rank = static_cast<size_t>(std::max(b.rank(), 2));
  Var left = a;
  Var right = b;
  Var g = r.grad(0);
  if (b.rank() == 1) {
    right = Unsqueeze(b, 1);
    g = Unsqueeze(g, -1);
  }
  if (a.rank() == 1) {
    left = Unsqueeze(a, 0);
    g = Unsqueeze(g, -2);
  }
  if (r.Wants(0)) r.GiveReduced(0, MatMul(g, Transposed(right, b_rank)));
  if (!r.Wants(1)) return Status::Ok();
  // One large product instead of many that are then summed.
  if (b_rank == 2 && a_rank > 2) {
    left = Rows(left);
    g = Rows(g);
  }
  const size_t rank = b_rank == 2 ? 2 : a_rank;
  Var weight = MatMul(Transposed(left, rank), g);
  if (b.rank() == 1) weight = Squeeze(weight, -1);
  r.GiveReduced(1, weight);
  return Status::Ok();
}

// alpha * A' B' + beta * C, where ' stands for an optional transposition.
Status Gemm(RuleContext& r) {
  const graph::AttrReader attrs = r.attrs();
  const int64_t trans_a = attrs.Int("transA", 0) != 0 ? 1 : 0;
  const int64_t trans_b = attrs.Int("transB", 0) != 0 ? 1 : 0;
  const float beta = attrs.Float("beta", 1.0f);
  const Var g = r.grad(0);
  const auto product = [&](Var x, Var y, int64_t trans_x, int64_t trans_y,
                           Var like) {
    return r.emitter().Emit(
        "Gemm", {x, y}, like.info(),
        {FloatAttribute("alpha", attrs.Float("alpha", 1)),
         IntAttribute("transA", trans_x), IntAttribute("transB", trans_y)});
  };
  const Var a = r.in(0);
  const Var b = r.in(1);
  if (r.Wants(0)) {
    r.Give(0, trans_a == 0 ? product(g, b, 0, 1 - trans_b, a)
                           : product(b, g, trans_b, 1, a));
  }
  if (r.Wants(1)) {
    r.Give(1, trans_b == 0 ? product(a, g, 1 - trans_a, 0, b)
                           : product(g, a, 1, trans_a, b));
  }
  if (r.Wants(2)) r.GiveReduced(2, beta == 1.0f ? g : beta * g);
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"MatMul", &MatMulRule},
    {"Gemm", &Gemm},
};

}  // namespace

std::span<const Rule> MatrixRules() { return kRules; }

}  // namespace onnxifi::gradient
