// Reductions over every set of axes: of whole numbers exact, of others within
// a bound that one missing term or a sum in 16 bits leaves.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

enum class Kind { kSum, kMean, kMax, kMin, kProd, kSumSquare, kL1, kL2 };

struct Reduction {
  const char* op;
  Kind kind;
};

constexpr Reduction kTable[] = {
    {"ReduceSum", Kind::kSum},   {"ReduceMean", Kind::kMean},
    {"ReduceMax", Kind::kMax},   {"ReduceMin", Kind::kMin},
    {"ReduceProd", Kind::kProd}, {"ReduceSumSquare", Kind::kSumSquare},
    {"ReduceL1", Kind::kL1},     {"ReduceL2", Kind::kL2},
};

// What is collected of the elements that become one.
struct Collected {
  double sum = 0;
  double magnitude = 0;
  double product = 1;
  double largest = -std::numeric_limits<double>::infinity();
  double smallest = std::numeric_limits<double>::infinity();
  double squares = 0;
  double count = 0;

  void Add(double x) {
    sum += x;
    magnitude += std::fabs(x);
    product *= x;
    largest = std::max(largest, x);
    smallest = std::min(smallest, x);
    squares += x * x;
    ++count;
  }
  double Result(Kind kind) const {
    switch (kind) {
      case Kind::kSum:
        return sum;
      case Kind::kMean:
        return sum / count;
      case Kind::kMax:
        return largest;
      case Kind::kMin:
        return smallest;
      case Kind::kProd:
        return product;
      case Kind::kSumSquare:
        return squares;
      case Kind::kL1:
        return magnitude;
      case Kind::kL2:
        return std::sqrt(squares);
    }
    return 0;
  }
  double Bound(Kind kind, DataType type, double want) const {
    switch (kind) {
      case Kind::kMax:
      case Kind::kMin:
        return 0;
      case Kind::kProd:
        return ChainBound(type, count, want);
      case Kind::kMean:
        return SumBound(type, count + 2, magnitude / count, want);
      case Kind::kSumSquare:
        return SumBound(type, count + 1, squares, want);
      case Kind::kL2:
        return ChainBound(type, count / 2 + 3, want);
      default:
        return SumBound(type, count, magnitude, want);
    }
  }
};

// `exact`: the elements are whole numbers so small that no sum is rounded.
OpCase ReduceCase(const Reduction& reduction, NumberTensor x,
                  const std::vector<int64_t>& axes, bool keep, bool exact) {
  OpCase each;
  each.op = reduction.op;
  each.what = StrCat(ShapeText(x.dims), " over", axes.empty() ? " all" : "");
  for (const int64_t axis : axes) each.what += StrCat(" ", axis);
  const size_t rank = x.dims.size();
  std::vector<bool> reduced(rank, axes.empty());
  for (const int64_t axis : axes) {
    reduced[static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank)
                                         : axis)] = true;
  }
  Shape kept = x.dims;
  Shape out;
  for (size_t i = 0; i < rank; ++i) {
    if (reduced[i]) kept[i] = 1;
    if (!reduced[i] || keep) out.push_back(kept[i]);
  }
  std::vector<Collected> collected(Count(kept));
  Index at(x.dims);
  for (size_t i = 0; i < x.count(); ++i, at.Next()) {
    collected[BroadcastOffset(kept, at.at())].Add(x[i]);
  }
  Expected y;
  y.want = NumberTensor(x.type, out);
  for (size_t i = 0; i < y.want.count(); ++i) {
    const double want = collected[i].Result(reduction.kind);
    // Exact but for the last step: 16 bits may not hold the sum.
    y.want[i] = exact ? RoundTo(x.type, want) : want;
    if (exact) continue;
    y.bound.push_back(collected[i].Bound(reduction.kind, x.type, want));
  }
  each.attributes = {wire::AttrInt("keepdims", keep ? 1 : 0)};
  each.inputs = {std::move(x)};
  if (reduction.kind == Kind::kSum && !axes.empty()) {
    each.inputs.push_back(ConstantInts(axes));
  } else if (!axes.empty()) {
    each.attributes.push_back(wire::AttrInts("axes", axes));
  }
  each.outputs = {std::move(y)};
  return each;
}

// Elements for which the result is exact in any order of additions.
NumberTensor ExactElements(const Reduction& reduction, DataType type,
                           const Shape& shape, Test& test) {
  switch (reduction.kind) {
    case Kind::kMax:
    case Kind::kMin:
      return Counting(type, shape);
    case Kind::kProd: {
      NumberTensor x = Whole(type, shape, 0, 1, test.random());
      for (double& value : x.v) value = 1 - 2 * value;
      return x;
    }
    default:
      return Whole(type, shape, -2, 2, test.random());
  }
}

bool IsExact(Kind kind) { return kind != Kind::kMean && kind != Kind::kL2; }

void Run(OpRunner& runner, const Reduction& reduction, DataType type,
         const Shape& shape, const std::vector<int64_t>& axes, bool keep) {
  Test& test = runner.test();
  if (IsExact(reduction.kind)) {
    runner.Run(ReduceCase(reduction,
                          ExactElements(reduction, type, shape, test), axes,
                          keep, true));
  }
  if (client::IsInteger(type)) return;
  const bool product = reduction.kind == Kind::kProd;
  for (const bool positive : {true, false}) {
    NumberTensor x =
        product ? Uniform(type, shape, 0.98, 1.02, test.random())
                : Uniform(type, shape, positive ? 1 : -3, 3, test.random());
    runner.Run(ReduceCase(reduction, std::move(x), axes, keep, false));
  }
}

void Axes(Test& test, const Reduction& reduction, DataType type) {
  OpRunner runner(test);
  for (const Shape& shape : {Shape{4, 4, 4}, Shape{2, 3, 5}}) {
    for (unsigned set = 0; set < 8; ++set) {
      std::vector<int64_t> axes;
      for (int64_t axis = 0; axis < 3; ++axis) {
        if ((set >> axis & 1) != 0) axes.push_back(axis);
      }
      Run(runner, reduction, type, shape, axes, set % 2 == 0);
      Run(runner, reduction, type, shape, axes, set % 2 != 0);
    }
  }
  Run(runner, reduction, type, {2, 3, 5}, {-1}, true);
  Run(runner, reduction, type, {2, 3, 5}, {-3, -1}, false);
  Run(runner, reduction, type, {2, 1, 3, 1, 2, 1, 2, 3}, {1, 2, 7}, true);
  Run(runner, reduction, type, {2, 1, 3, 1, 2, 1, 2, 3}, {0, 4, 6}, false);
}

void Sizes(Test& test, const Reduction& reduction, DataType type) {
  OpRunner runner(test);
  for (const int64_t n :
       {1, 2, 3, 5, 7, 15, 17, 31, 33, 63, 65, 127, 129, 1031}) {
    Run(runner, reduction, type, {n}, {0}, false);
    Run(runner, reduction, type, {3, n}, {1}, true);
    Run(runner, reduction, type, {n, 5}, {0}, false);
    if (n <= 129) Run(runner, reduction, type, {2, n, 3}, {1}, false);
  }
  Run(runner, reduction, type, {}, {}, true);
}

// A reduction of nothing is the neutral element; of extremes it has none.
void Empty(Test& test, const Reduction& reduction) {
  OpRunner runner(test);
  runner.Run(
      ReduceCase(reduction, {DataType::kFloat, {0, 3}}, {1}, true, true));
  if (reduction.kind == Kind::kSum || reduction.kind == Kind::kProd) {
    runner.Run(
        ReduceCase(reduction, {DataType::kFloat, {2, 0}}, {1}, true, true));
  }
}

void Infinities(Test& test, const Reduction& reduction) {
  OpRunner runner(test);
  const double inf = std::numeric_limits<double>::infinity();
  NumberTensor x(DataType::kFloat, {4, 3},
                 {1, 2, inf, -inf, 3, 4, -1, -inf, -5, 0x1.fffffep127, 1, 2});
  if (reduction.kind == Kind::kMax || reduction.kind == Kind::kMin) {
    runner.Run(ReduceCase(reduction, x, {1}, false, true));
    return;
  }
  x = {DataType::kFloat, {2, 3}, {1, 2, inf, inf, 3, 4}};
  runner.Run(ReduceCase(reduction, x, {1}, false, true));
}

// Of numbers whose exponentials are infinite: the largest one counts.
void LogSumExp(Test& test, DataType type) {
  OpRunner runner(test);
  for (const double large : {90.0, 1000.0, -1000.0}) {
    OpCase each;
    each.op = "ReduceLogSumExp";
    each.what = StrCat("numbers about ", large);
    NumberTensor x(type, {3, 5});
    Expected y;
    y.want = NumberTensor(type, {3, 1});
    for (size_t row = 0; row < 3; ++row) {
      double sum = 0;
      for (size_t i = 0; i < 5; ++i) {
        const double offset = static_cast<double>((row + i) % 5);
        x[row * 5 + i] = large + offset;
        sum += std::exp(offset);
      }
      y.want[row] = large + std::log(sum);
      y.bound.push_back(ChainBound(type, 8, y.want[row]));
    }
    each.attributes = {wire::AttrInts("axes", {1})};
    each.inputs = {std::move(x)};
    each.outputs = {std::move(y)};
    runner.Run(each);
  }
}

}  // namespace

void AddEdgeReduce(TestList* list) {
  for (const Reduction& reduction : kTable) {
    const std::string name = LowerName(reduction.op);
    for (const DataType type :
         {DataType::kFloat, DataType::kDouble, DataType::kFloat16,
          DataType::kInt32, DataType::kInt64}) {
      if (client::IsInteger(type) && !IsExact(reduction.kind)) continue;
      AddEdge(list, StrCat(name, "_", TypeName(type), "_axes"), type,
              [&reduction, type](Test& test) { Axes(test, reduction, type); });
      AddEdge(list, StrCat(name, "_", TypeName(type), "_sizes"), type,
              [&reduction, type](Test& test) { Sizes(test, reduction, type); });
    }
    AddEdge(list, name + "_infinite", DataType::kFloat,
            [&reduction](Test& test) { Infinities(test, reduction); });
    AddEdge(list, name + "_empty", DataType::kFloat,
            [&reduction](Test& test) { Empty(test, reduction); });
  }
  for (const DataType type : {DataType::kFloat, DataType::kDouble}) {
    AddEdge(list, StrCat("reduce_log_sum_exp_", TypeName(type), "_large"), type,
            [type](Test& test) { LogSumExp(test, type); });
  }
}

}  // namespace onnxifi::conformance
