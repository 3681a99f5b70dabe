// MaxPool, AveragePool and their global forms.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"
#include "conformance/ops/window.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrInt;
using wire::AttrInts;

Shape Whole(int64_t batch, int64_t channels, const Shape& spatial) {
  Shape dims = {batch, channels};
  dims.insert(dims.end(), spatial.begin(), spatial.end());
  return dims;
}

struct Pool {
  int64_t batch;
  int64_t channels;
  Shape input;  // spatial
  Window window;
};

OpCase MaxCase(const Pool& pool, DataType type, bool negative) {
  OpCase each;
  each.op = "MaxPool";
  const Shape in = Whole(pool.batch, pool.channels, pool.input);
  const Shape spatial = OutputOf(pool.window, pool.input);
  each.what = StrCat(ShapeText(in), ", ", WindowText(pool.window));
  each.attributes = AttributesOf(pool.window);
  each.attributes.push_back(AttrInts("kernel_shape", pool.window.kernel));
  NumberTensor x = Counting(type, in);
  // Where all are negative, padding must not win.
  for (double& value : x.v) value = negative ? -std::fabs(value) : value;
  Expected y;
  y.want = NumberTensor(type, Whole(pool.batch, pool.channels, spatial));
  Index at(y.want.dims);
  size_t place = 0;
  do {
    double largest = -std::numeric_limits<double>::infinity();
    const Shape output(at.at().begin() + 2, at.at().end());
    ForEachPlace(pool.window, pool.input, output,
                 [&](const Shape&, const Shape& from, bool inside) {
                   if (!inside) return;
                   largest = std::max(
                       largest, x[OffsetOf(in, Whole(at[0], at[1], from))]);
                 });
    y.want[place++] = largest;
  } while (at.Next());
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

OpCase AverageCase(const Pool& pool, DataType type, bool padding, Test& test) {
  OpCase each;
  each.op = "AveragePool";
  const Shape in = Whole(pool.batch, pool.channels, pool.input);
  const Shape spatial = OutputOf(pool.window, pool.input);
  each.what = StrCat(ShapeText(in), ", ", WindowText(pool.window),
                     padding ? ", padding counts" : "");
  each.attributes = AttributesOf(pool.window);
  each.attributes.push_back(AttrInts("kernel_shape", pool.window.kernel));
  each.attributes.push_back(AttrInt("count_include_pad", padding ? 1 : 0));
  NumberTensor x = Uniform(type, in, -1, 3, test.random());
  Expected y;
  y.want = NumberTensor(type, Whole(pool.batch, pool.channels, spatial));
  Index at(y.want.dims);
  size_t place = 0;
  do {
    double sum = 0;
    double magnitude = 0;
    double terms = 0;
    const Shape output(at.at().begin() + 2, at.at().end());
    ForEachPlace(pool.window, pool.input, output,
                 [&](const Shape&, const Shape& from, bool inside) {
                   if (inside) {
                     const double term =
                         x[OffsetOf(in, Whole(at[0], at[1], from))];
                     sum += term;
                     magnitude += std::fabs(term);
                   }
                   terms += inside || padding ? 1 : 0;
                 });
    y.want[place++] = sum / terms;
    y.bound.push_back(
        SumBound(type, terms + 2, magnitude / terms, sum / terms));
  } while (at.Next());
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

OpCase GlobalCase(const Shape& in, DataType type, bool average, Test& test) {
  OpCase each;
  each.op = average ? "GlobalAveragePool" : "GlobalMaxPool";
  each.what = ShapeText(in);
  NumberTensor x = Uniform(type, in, -1, 3, test.random());
  Shape out = in;
  std::fill(out.begin() + 2, out.end(), 1);
  Expected y;
  y.want = NumberTensor(type, out);
  const size_t size = x.count() / y.want.count();
  for (size_t row = 0; row < y.want.count(); ++row) {
    double sum = 0;
    double magnitude = 0;
    double largest = x[row * size];
    for (size_t i = row * size; i < (row + 1) * size; ++i) {
      sum += x[i];
      magnitude += std::fabs(x[i]);
      largest = std::max(largest, x[i]);
    }
    const auto terms = static_cast<double>(size);
    y.want[row] = average ? sum / terms : largest;
    y.bound.push_back(
        average ? SumBound(type, terms + 2, magnitude / terms, sum / terms)
                : 0);
  }
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

std::vector<Pool> Pools() {
  return {
      {1, 1, {1}, {{1}}},
      {2, 3, {17}, {{3}, {2}}},
      {1, 2, {33}, {{5}, {3}, {}, {2, 1}}},
      {1, 1, {4, 4}, {{2, 2}}},
      {1, 1, {4, 4}, {{2, 2}, {2, 2}}},
      {2, 3, {5, 7}, {{3, 2}, {1, 2}, {}, {1, 0, 1, 1}}},
      {1, 17, {9, 5}, {{3, 3}, {2, 2}, {}, {1, 1, 1, 1}}},
      {1, 2, {65, 3}, {{7, 1}, {3, 2}}},
      {1, 3, {7, 129}, {{3, 3}, {1, 1}, {}, {1, 1, 1, 1}}},
      {1, 2, {6, 6}, {{6, 6}}},
      {1, 2, {4, 5, 3}, {{2, 3, 2}, {2, 1, 1}, {}, {1, 0, 1, 0, 1, 0}}},
  };
}

void MaxPool(Test& test, DataType type) {
  OpRunner runner(test);
  std::vector<Pool> pools = Pools();
  pools.push_back({1, 2, {9, 9}, {{3, 2}, {2, 1}, {2, 3}, {1, 1, 0, 1}}});
  pools.push_back({1, 2, {7, 6}, {{3, 3}, {2, 2}, {}, {}, true}});
  pools.push_back({1, 2, {8}, {{3}, {2}, {}, {1, 0}, true}});
  // As large without dilations.
  pools.push_back({1, 2, {7, 7}, {{2, 2}, {3, 3}, {2, 2}}});
  for (const Pool& pool : pools) {
    runner.Run(MaxCase(pool, type, false));
    if (type != DataType::kUint8) runner.Run(MaxCase(pool, type, true));
  }
}

void AveragePool(Test& test, DataType type) {
  OpRunner runner(test);
  for (const Pool& pool : Pools()) {
    runner.Run(AverageCase(pool, type, false, test));
    runner.Run(AverageCase(pool, type, true, test));
  }
}

void Global(Test& test, DataType type) {
  OpRunner runner(test);
  for (const bool average : {true, false}) {
    for (const Shape& shape :
         {Shape{1, 1, 1, 1}, Shape{2, 3, 5, 7}, Shape{1, 4, 4, 4},
          Shape{2, 17, 33}, Shape{1, 65, 7, 7}, Shape{1, 2, 3, 4, 5},
          Shape{1, 3, 31, 33}}) {
      runner.Run(GlobalCase(shape, type, average, test));
    }
  }
}

}  // namespace

void AddEdgePool(TestList* list) {
  for (const DataType type :
       {DataType::kFloat, DataType::kDouble, DataType::kFloat16}) {
    const std::string name = TypeName(type);
    AddEdge(list, "max_pool_" + name, type,
            [type](Test& test) { MaxPool(test, type); });
    AddEdge(list, "average_pool_" + name, type,
            [type](Test& test) { AveragePool(test, type); });
    AddEdge(list, "global_pool_" + name, type,
            [type](Test& test) { Global(test, type); });
  }
  AddEdge(list, "max_pool_uint8", DataType::kUint8,
          [](Test& test) { MaxPool(test, DataType::kUint8); });
}

}  // namespace onnxifi::conformance
