// ArgMax, ArgMin and TopK, where ties have an order; CumSum.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrInt;

// The elements along one axis, for each index of the others.
struct Line {
  size_t first;   // offset of element 0
  size_t stride;  // from one to the next
  size_t size;
};

std::vector<Line> LinesOf(const Shape& dims, int64_t axis) {
  const auto along = static_cast<size_t>(
      axis < 0 ? axis + static_cast<int64_t>(dims.size()) : axis);
  size_t stride = 1;
  for (size_t i = along + 1; i < dims.size(); ++i) {
    stride *= static_cast<size_t>(dims[i]);
  }
  const auto size = static_cast<size_t>(dims[along]);
  const size_t outer = size == 0 ? 0 : Count(dims) / stride / size;
  std::vector<Line> lines;
  for (size_t o = 0; o < outer; ++o) {
    for (size_t i = 0; i < stride; ++i) {
      lines.push_back({o * size * stride + i, stride, size});
    }
  }
  return lines;
}

Shape WithAxis(Shape dims, int64_t axis, int64_t size) {
  dims[static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(dims.size())
                                    : axis)] = size;
  return dims;
}

Shape WithoutAxis(Shape dims, int64_t axis) {
  dims.erase(dims.begin() +
             (axis < 0 ? axis + static_cast<int64_t>(dims.size()) : axis));
  return dims;
}

// Numbers of few values, so that there are ties, in no order.
NumberTensor WithTies(DataType type, const Shape& shape, Test& test) {
  const bool is_unsigned = type == DataType::kUint8;
  return Whole(type, shape, is_unsigned ? 0 : -4, 4, test.random());
}

struct ArgOptions {
  bool largest;
  bool last;
  bool keep;
};

OpCase ArgCase(NumberTensor x, int64_t axis, const ArgOptions& options) {
  OpCase each;
  each.op = options.largest ? "ArgMax" : "ArgMin";
  each.what = StrCat(ShapeText(x.dims), " along ", axis,
                     options.last ? ", the last" : "");
  each.attributes = {AttrInt("axis", axis),
                     AttrInt("keepdims", options.keep ? 1 : 0),
                     AttrInt("select_last_index", options.last ? 1 : 0)};
  Expected y;
  y.want =
      NumberTensor(DataType::kInt64, options.keep ? WithAxis(x.dims, axis, 1)
                                                  : WithoutAxis(x.dims, axis));
  size_t place = 0;
  for (const Line& line : LinesOf(x.dims, axis)) {
    size_t best = 0;
    for (size_t i = 1; i < line.size; ++i) {
      const double a = x[line.first + i * line.stride];
      const double b = x[line.first + best * line.stride];
      const bool better = options.largest ? a > b : a < b;
      if (better || (options.last && a == b)) best = i;
    }
    y.want[place++] = static_cast<double>(best);
  }
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

void Arg(Test& test, DataType type, bool largest) {
  OpRunner runner(test);
  for (const bool last : {false, true}) {
    for (const bool keep : {true, false}) {
      const ArgOptions options = {largest, last, keep};
      const auto run = [&](const Shape& shape, int64_t axis) {
        runner.Run(ArgCase(WithTies(type, shape, test), axis, options));
      };
      for (int64_t axis = -3; axis < 3; ++axis) run({4, 4, 4}, axis);
      for (const int64_t n : {1, 2, 3, 7, 15, 17, 33, 65, 129, 1031}) {
        run({n}, 0);
        run({3, n}, 1);
        run({n, 3}, 0);
      }
      run({2, 1, 3, 1, 2, 1, 2, 3}, 2);
    }
  }
  if (client::IsInteger(type)) return;
  const double inf = std::numeric_limits<double>::infinity();
  const NumberTensor x(type, {2, 4}, {1, inf, -inf, inf, -inf, 0, -0.0, -5});
  runner.Run(ArgCase(x, 1, {largest, false, true}));
}

OpCase TopKCase(NumberTensor x, int64_t axis, int64_t k, bool largest) {
  OpCase each;
  each.op = "TopK";
  each.what = StrCat(k, " of ", ShapeText(x.dims), " along ", axis,
                     largest ? " largest" : " smallest");
  each.attributes = {AttrInt("axis", axis), AttrInt("largest", largest ? 1 : 0),
                     AttrInt("sorted", 1)};
  Expected values;
  Expected indices;
  values.bitwise = true;
  const Shape out = WithAxis(x.dims, axis, k);
  values.want = NumberTensor(x.type, out);
  indices.want = NumberTensor(DataType::kInt64, out);
  const std::vector<Line> to = LinesOf(out, axis);
  const std::vector<Line> from = LinesOf(x.dims, axis);
  for (size_t l = 0; l < to.size(); ++l) {
    std::vector<size_t> order(from[l].size);
    std::iota(order.begin(), order.end(), 0);
    const auto element = [&](size_t i) {
      return x[from[l].first + i * from[l].stride];
    };
    // Of equal ones the first.
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return largest ? element(a) > element(b) : element(a) < element(b);
    });
    for (size_t i = 0; i < to[l].size; ++i) {
      const size_t place = to[l].first + i * to[l].stride;
      values.want[place] = element(order[i]);
      indices.want[place] = static_cast<double>(order[i]);
    }
  }
  each.inputs = {std::move(x), ConstantInts({k})};
  each.outputs = {std::move(values), std::move(indices)};
  return each;
}

void TopK(Test& test, DataType type) {
  OpRunner runner(test);
  for (const bool largest : {true, false}) {
    const auto run = [&](const Shape& shape, int64_t axis, int64_t k) {
      runner.Run(TopKCase(WithTies(type, shape, test), axis, k, largest));
      runner.Run(TopKCase(Counting(type, shape), axis, k, largest));
    };
    for (int64_t axis = -3; axis < 3; ++axis) run({4, 4, 4}, axis, 2);
    for (const int64_t n : {1, 2, 3, 7, 17, 33, 65, 129, 1031}) {
      run({n}, 0, 1);
      run({n}, 0, n);
      run({3, n}, 1, (n + 1) / 2);
    }
  }
}

OpCase CumSumCase(NumberTensor x, int64_t axis, bool exclusive, bool reverse,
                  bool exact) {
  OpCase each;
  each.op = "CumSum";
  each.what = StrCat(ShapeText(x.dims), " along ", axis,
                     exclusive ? " exclusive" : "", reverse ? " reverse" : "");
  each.attributes = {AttrInt("exclusive", exclusive ? 1 : 0),
                     AttrInt("reverse", reverse ? 1 : 0)};
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  if (!exact) y.bound.resize(x.count());
  for (const Line& line : LinesOf(x.dims, axis)) {
    double sum = 0;
    double magnitude = 0;
    for (size_t i = 0; i < line.size; ++i) {
      const size_t at = reverse ? line.size - 1 - i : i;
      const size_t place = line.first + at * line.stride;
      const double before = sum;
      sum += x[place];
      magnitude += std::fabs(x[place]);
      y.want[place] = exclusive ? before : sum;
      if (exact) continue;
      y.bound[place] = SumBound(x.type, static_cast<double>(i + 1), magnitude,
                                y.want[place]);
    }
  }
  NumberTensor where(DataType::kInt64, {}, {static_cast<double>(axis)});
  each.inputs = {std::move(x), Constant(where)};
  each.outputs = {std::move(y)};
  return each;
}

void CumSum(Test& test, DataType type) {
  OpRunner runner(test);
  for (const bool exclusive : {false, true}) {
    for (const bool reverse : {false, true}) {
      const auto run = [&](const Shape& shape, int64_t axis) {
        runner.Run(CumSumCase(Whole(type, shape, -3, 3, test.random()), axis,
                              exclusive, reverse, true));
        if (client::IsInteger(type)) return;
        runner.Run(CumSumCase(Uniform(type, shape, -1, 3, test.random()), axis,
                              exclusive, reverse, false));
      };
      for (int64_t axis = -3; axis < 3; ++axis) run({4, 4, 4}, axis);
      for (const int64_t n : {1, 2, 3, 7, 17, 33, 65, 129, 1031}) {
        run({n}, 0);
        run({n, 3}, 0);
        run({2, n}, 1);
      }
    }
  }
}

}  // namespace

void AddEdgeSelect(TestList* list) {
  for (const DataType type : {DataType::kFloat, DataType::kFloat16,
                              DataType::kInt32, DataType::kInt64}) {
    AddEdge(list, "arg_max_" + TypeName(type), type,
            [type](Test& test) { Arg(test, type, true); });
    AddEdge(list, "arg_min_" + TypeName(type), type,
            [type](Test& test) { Arg(test, type, false); });
    AddEdge(list, "top_k_" + TypeName(type), type,
            [type](Test& test) { TopK(test, type); });
  }
  for (const DataType type : {DataType::kFloat, DataType::kDouble,
                              DataType::kInt32, DataType::kInt64}) {
    AddEdge(list, "cum_sum_" + TypeName(type), type,
            [type](Test& test) { CumSum(test, type); });
  }
}

}  // namespace onnxifi::conformance
