// MatMul and Gemm: with whole numbers exact, with others within a bound of
// their number of terms.
#include <algorithm>
#include <cmath>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrFloat;
using wire::AttrInt;

enum class Data { kWhole, kSigned, kPositive };

NumberTensor Elements(DataType type, const Shape& shape, Data data,
                      Test& test) {
  if (data == Data::kWhole || client::IsInteger(type)) {
    return Whole(type, shape, -3, 3, test.random());
  }
  return Uniform(type, shape, data == Data::kSigned ? -1 : 0.5, 1,
                 test.random());
}

// A result that is collected term by term.
struct Sum {
  double value = 0;
  double magnitude = 0;
  double terms = 0;
  void Add(double term) {
    value += term;
    magnitude += std::fabs(term);
    ++terms;
  }
};

void Put(const Sum& sum, Data data, Expected* y, size_t at) {
  const DataType type = y->want.type;
  const bool exact = data == Data::kWhole || client::IsInteger(type);
  y->want[at] = exact ? RoundTo(type, sum.value) : sum.value;
  y->bound[at] =
      exact ? 0 : SumBound(type, sum.terms, sum.magnitude, sum.value);
}

// Vectors become matrices, whose row or column is left out of the result.
OpCase MatMulCase(const Shape& left, const Shape& right, DataType type,
                  Data data, Test& test) {
  OpCase each;
  each.op = "MatMul";
  each.what = StrCat(TypeName(type), " ", ShapesText({left, right}));
  NumberTensor a = Elements(type, left, data, test);
  NumberTensor b = Elements(type, right, data, test);
  Shape l = left;
  Shape r = right;
  if (l.size() == 1) l.insert(l.begin(), 1);
  if (r.size() == 1) r.push_back(1);
  const int64_t m = l[l.size() - 2];
  const int64_t k = l.back();
  const int64_t n = r.back();
  const Shape batch_l(l.begin(), l.end() - 2);
  const Shape batch_r(r.begin(), r.end() - 2);
  const Shape batch = BroadcastShape(batch_l, batch_r);
  Shape out = batch;
  if (left.size() > 1) out.push_back(m);
  if (right.size() > 1) out.push_back(n);
  Expected y;
  y.want = NumberTensor(type, out);
  y.bound.resize(y.want.count());
  Index at(batch);
  for (size_t i = 0; i < Count(batch); ++i, at.Next()) {
    const auto from_a =
        static_cast<size_t>(m * k) * BroadcastOffset(batch_l, at.at());
    const auto from_b =
        static_cast<size_t>(k * n) * BroadcastOffset(batch_r, at.at());
    for (int64_t row = 0; row < m; ++row) {
      for (int64_t column = 0; column < n; ++column) {
        Sum sum;
        for (int64_t step = 0; step < k; ++step) {
          sum.Add(a[from_a + static_cast<size_t>(row * k + step)] *
                  b[from_b + static_cast<size_t>(step * n + column)]);
        }
        Put(sum, data, &y,
            i * static_cast<size_t>(m * n) +
                static_cast<size_t>(row * n + column));
      }
    }
  }
  each.inputs = {std::move(a), std::move(b)};
  each.outputs = {std::move(y)};
  return each;
}

void RunAll(OpRunner& runner, const Shape& a, const Shape& b, DataType type,
            bool constant = false) {
  for (const Data data : {Data::kWhole, Data::kSigned, Data::kPositive}) {
    if (client::IsInteger(type) && data != Data::kWhole) continue;
    OpCase each = MatMulCase(a, b, type, data, runner.test());
    if (constant) each.inputs[1].kind = OpInput::Kind::kConstant;
    runner.Run(each);
  }
}

void MatMulShapes(Test& test, DataType type) {
  OpRunner runner(test);
  RunAll(runner, {7}, {7}, type);
  RunAll(runner, {5}, {5, 3}, type);
  RunAll(runner, {3, 5}, {5}, type);
  RunAll(runner, {1, 1}, {1, 1}, type);
  RunAll(runner, {4, 4}, {4, 4}, type);
  RunAll(runner, {4, 4}, {4, 4}, type, true);
  RunAll(runner, {2, 3, 4}, {2, 4, 5}, type);
  RunAll(runner, {2, 3, 4}, {4, 5}, type);
  RunAll(runner, {2, 3, 4}, {4, 5}, type, true);
  RunAll(runner, {3, 4}, {2, 4, 5}, type);
  RunAll(runner, {2, 1, 3, 4}, {5, 4, 2}, type);
  RunAll(runner, {3, 1, 2, 4}, {1, 3, 4, 2}, type);
  RunAll(runner, {2, 3, 4}, {4}, type);
  RunAll(runner, {4}, {2, 4, 3}, type);
  RunAll(runner, {1, 2, 1, 2, 1, 2, 2, 3}, {2, 1, 2, 1, 2, 1, 3, 2}, type);
}

void MatMulSizes(Test& test, DataType type) {
  OpRunner runner(test);
  for (const int64_t n :
       {1, 2, 3, 5, 7, 15, 17, 31, 33, 63, 65, 127, 129, 1031}) {
    const int64_t few = n > 200 ? 3 : 5;
    RunAll(runner, {few, n}, {n, 3}, type);
    RunAll(runner, {n, 7}, {7, few}, type);
    RunAll(runner, {few, 7}, {7, n}, type, true);
    if (n <= 65) RunAll(runner, {n, n}, {n, n}, type);
  }
}

struct GemmOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  float alpha = 1;
  float beta = 1;
  bool constant = false;  // B and C
};

// `c` nothing: no third input.
OpCase GemmCase(int64_t m, int64_t k, int64_t n, const Shape* c_shape,
                const GemmOptions& options, DataType type, Data data,
                Test& test) {
  OpCase each;
  each.op = "Gemm";
  each.what = StrCat(m, "x", k, "x", n, " + ",
                     c_shape == nullptr ? "none" : ShapeText(*c_shape),
                     options.transpose_a ? " A'" : "",
                     options.transpose_b ? " B'" : "");
  each.attributes = {AttrInt("transA", options.transpose_a ? 1 : 0),
                     AttrInt("transB", options.transpose_b ? 1 : 0),
                     AttrFloat("alpha", options.alpha),
                     AttrFloat("beta", options.beta)};
  const Shape a_shape = options.transpose_a ? Shape{k, m} : Shape{m, k};
  const Shape b_shape = options.transpose_b ? Shape{n, k} : Shape{k, n};
  NumberTensor a = Elements(type, a_shape, data, test);
  NumberTensor b = Elements(type, b_shape, data, test);
  NumberTensor c;
  if (c_shape != nullptr) c = Elements(type, *c_shape, data, test);
  Expected y;
  y.want = NumberTensor(type, {m, n});
  y.bound.resize(y.want.count());
  const double alpha = static_cast<double>(options.alpha);
  for (Index at(y.want.dims);;) {
    Sum sum;
    for (int64_t step = 0; step < k; ++step) {
      const Shape in_a =
          options.transpose_a ? Shape{step, at[0]} : Shape{at[0], step};
      const Shape in_b =
          options.transpose_b ? Shape{at[1], step} : Shape{step, at[1]};
      sum.Add(alpha * a[OffsetOf(a_shape, in_a)] * b[OffsetOf(b_shape, in_b)]);
    }
    if (c_shape != nullptr) {
      sum.Add(static_cast<double>(options.beta) *
              c[BroadcastOffset(*c_shape, at.at())]);
    }
    sum.terms += 2;  // the two factors
    Put(sum, data, &y, OffsetOf(y.want.dims, at.at()));
    if (!at.Next()) break;
  }
  each.inputs = {std::move(a), std::move(b)};
  if (c_shape != nullptr) each.inputs.emplace_back(std::move(c));
  for (size_t i = 1; options.constant && i < each.inputs.size(); ++i) {
    each.inputs[i].kind = OpInput::Kind::kConstant;
  }
  each.outputs = {std::move(y)};
  return each;
}

void Gemm(Test& test, DataType type) {
  OpRunner runner(test);
  const std::vector<Shape> all = {{}, {1}, {4}, {1, 4}, {4, 1}, {4, 4}, {1, 1}};
  for (const Data data : {Data::kWhole, Data::kSigned, Data::kPositive}) {
    for (int set = 0; set < 8; ++set) {
      GemmOptions options = {(set & 1) != 0, (set & 2) != 0, 1, 1,
                             (set & 4) != 0};
      for (const Shape& c : all) {
        runner.Run(GemmCase(4, 4, 4, &c, options, type, data, test));
      }
      runner.Run(GemmCase(3, 5, 7, nullptr, options, type, data, test));
      // Powers of two: exact where the numbers are whole.
      options.alpha = 0.5;
      options.beta = 2;
      const Shape row = {7};
      runner.Run(GemmCase(3, 5, 7, &row, options, type, data, test));
      const Shape column = {3, 1};
      runner.Run(GemmCase(3, 129, 7, &column, options, type, data, test));
      runner.Run(GemmCase(1, 1031, 5, nullptr, options, type, data, test));
      runner.Run(GemmCase(17, 3, 65, nullptr, options, type, data, test));
    }
  }
}

void Empty(Test& test) {
  OpRunner runner(test);
  const DataType type = DataType::kFloat;
  runner.Run(MatMulCase({0, 3}, {3, 2}, type, Data::kWhole, test));
  runner.Run(MatMulCase({2, 3}, {3, 0}, type, Data::kWhole, test));
  runner.Run(MatMulCase({2, 0}, {0, 3}, type, Data::kWhole, test));
  runner.Run(MatMulCase({0, 2, 3}, {3, 2}, type, Data::kWhole, test));
}

}  // namespace

void AddEdgeMatMul(TestList* list) {
  for (const DataType type :
       {DataType::kFloat, DataType::kDouble, DataType::kFloat16,
        DataType::kBfloat16, DataType::kInt32}) {
    const std::string name = TypeName(type);
    AddEdge(list, StrCat("mat_mul_", name, "_shapes"), type,
            [type](Test& test) { MatMulShapes(test, type); });
    AddEdge(list, StrCat("mat_mul_", name, "_sizes"), type,
            [type](Test& test) { MatMulSizes(test, type); });
    if (client::IsInteger(type)) continue;
    AddEdge(list, "gemm_" + name, type,
            [type](Test& test) { Gemm(test, type); });
  }
  AddEdge(list, "mat_mul_empty", DataType::kFloat, &Empty);
}

}  // namespace onnxifi::conformance
