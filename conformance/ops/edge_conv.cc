// Conv and ConvTranspose of one, two and three dimensions: with whole numbers
// exact, with others within a bound of their number of terms.
#include <algorithm>
#include <cmath>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"
#include "conformance/ops/window.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrInt;
using wire::AttrInts;

enum class Data { kWhole, kSigned, kPositive };
constexpr Data kData[] = {Data::kWhole, Data::kSigned, Data::kPositive};

NumberTensor Elements(DataType type, const Shape& shape, Data data,
                      Test& test) {
  if (data == Data::kWhole) return Whole(type, shape, -3, 3, test.random());
  return Uniform(type, shape, data == Data::kSigned ? -1 : 0.5, 1,
                 test.random());
}

// Channels and spatial dimensions of one convolution.
struct Layout {
  int64_t batch;
  int64_t channels;  // of the input
  Shape input;       // spatial
  int64_t results;   // channels of the output
  int64_t groups;
  Window window;
  bool bias = false;
  bool constant = true;  // the weights
  // Of ConvTranspose only.
  std::vector<int64_t> more = {};  // output_padding
};

Shape Whole(int64_t batch, int64_t channels, const Shape& spatial) {
  Shape dims = {batch, channels};
  dims.insert(dims.end(), spatial.begin(), spatial.end());
  return dims;
}

// Results that are collected term by term, in the place where they end.
struct Sums {
  std::vector<double> value;
  std::vector<double> magnitude;
  std::vector<double> terms;

  explicit Sums(size_t count) : value(count), magnitude(count), terms(count) {}
  void Add(size_t at, double term) {
    value[at] += term;
    magnitude[at] += std::fabs(term);
    terms[at] += 1;
  }
  Expected Done(DataType type, Shape dims, Data data) const {
    Expected y;
    y.want = NumberTensor(type, std::move(dims));
    for (size_t i = 0; i < value.size(); ++i) {
      const bool exact = data == Data::kWhole;
      y.want[i] = exact ? RoundTo(type, value[i]) : value[i];
      y.bound.push_back(
          exact ? 0 : SumBound(type, terms[i], magnitude[i], value[i]));
    }
    return y;
  }
};

void AddBias(const NumberTensor& bias, const Shape& out, Sums* sums) {
  Index at(out);
  size_t i = 0;
  do {
    sums->Add(i++, bias[static_cast<size_t>(at[1])]);
  } while (at.Next());
}

OpCase Finish(const char* op, const Layout& layout, NumberTensor x,
              NumberTensor w, NumberTensor bias, Expected y) {
  OpCase each;
  each.op = op;
  each.what = StrCat(ShapeText(x.dims), ", ", WindowText(layout.window),
                     ", groups ", layout.groups, layout.bias ? ", bias" : "");
  each.attributes = AttributesOf(layout.window);
  each.attributes.push_back(AttrInts("kernel_shape", layout.window.kernel));
  each.attributes.push_back(AttrInt("group", layout.groups));
  if (!layout.more.empty()) {
    each.attributes.push_back(AttrInts("output_padding", layout.more));
  }
  each.inputs = {std::move(x), std::move(w)};
  if (layout.bias) each.inputs.emplace_back(std::move(bias));
  for (size_t i = 1; layout.constant && i < each.inputs.size(); ++i) {
    each.inputs[i].kind = OpInput::Kind::kConstant;
  }
  each.outputs = {std::move(y)};
  return each;
}

OpCase ConvCase(const Layout& layout, DataType type, Data data, Test& test) {
  const int64_t per_group = layout.channels / layout.groups;
  const int64_t results_per_group = layout.results / layout.groups;
  const Shape in = Whole(layout.batch, layout.channels, layout.input);
  const Shape weights = Whole(layout.results, per_group, layout.window.kernel);
  const Shape out = Whole(layout.batch, layout.results,
                          OutputOf(layout.window, layout.input));
  NumberTensor x = Elements(type, in, data, test);
  NumberTensor w = Elements(type, weights, data, test);
  NumberTensor bias = Elements(type, {layout.results}, data, test);
  Sums sums(Count(out));
  Index at(out);
  size_t place = 0;
  do {
    const Shape spatial(at.at().begin() + 2, at.at().end());
    ForEachPlace(
        layout.window, layout.input, spatial,
        [&](const Shape& kernel, const Shape& input, bool inside) {
          if (!inside) return;
          for (int64_t c = 0; c < per_group; ++c) {
            const int64_t channel = at[1] / results_per_group * per_group + c;
            sums.Add(place, x[OffsetOf(in, Whole(at[0], channel, input))] *
                                w[OffsetOf(weights, Whole(at[1], c, kernel))]);
          }
        });
    ++place;
  } while (at.Next());
  if (layout.bias) AddBias(bias, out, &sums);
  Expected y = sums.Done(type, out, data);
  return Finish("Conv", layout, std::move(x), std::move(w), std::move(bias),
                std::move(y));
}

OpCase TransposeCase(const Layout& layout, DataType type, Data data,
                     Test& test) {
  const Window& window = layout.window;
  const int64_t per_group = layout.channels / layout.groups;
  const int64_t results_per_group = layout.results / layout.groups;
  const Shape in = Whole(layout.batch, layout.channels, layout.input);
  const Shape weights =
      Whole(layout.channels, results_per_group, window.kernel);
  Shape spatial;
  for (size_t i = 0; i < layout.input.size(); ++i) {
    spatial.push_back(window.stride(i) * (layout.input[i] - 1) +
                      (layout.more.empty() ? 0 : layout.more[i]) +
                      (window.kernel[i] - 1) * window.dilation(i) + 1 -
                      window.pad(i) - window.pad_end(i));
  }
  const Shape out = Whole(layout.batch, layout.results, spatial);
  NumberTensor x = Elements(type, in, data, test);
  NumberTensor w = Elements(type, weights, data, test);
  NumberTensor bias = Elements(type, {layout.results}, data, test);
  Sums sums(Count(out));
  Index at(in);
  size_t from = 0;
  do {
    const Shape origin(at.at().begin() + 2, at.at().end());
    // The window of the other direction: its places lie in the result.
    ForEachPlace(
        window, spatial, origin,
        [&](const Shape& kernel, const Shape& to, bool inside) {
          if (!inside) return;
          for (int64_t r = 0; r < results_per_group; ++r) {
            const int64_t channel = at[1] / per_group * results_per_group + r;
            sums.Add(OffsetOf(out, Whole(at[0], channel, to)),
                     x[from] * w[OffsetOf(weights, Whole(at[1], r, kernel))]);
          }
        });
    ++from;
  } while (at.Next());
  if (layout.bias) AddBias(bias, out, &sums);
  Expected y = sums.Done(type, out, data);
  return Finish("ConvTranspose", layout, std::move(x), std::move(w),
                std::move(bias), std::move(y));
}

// A window of 2 x 2, where one side of the padding is longer.
Window Same(const char* mode, std::vector<int64_t> pads) {
  return {{2, 2}, {}, {}, std::move(pads), false, mode};
}

std::vector<Layout> Plain() {
  return {
      {1, 1, {1}, 1, 1, {{1}}},
      {2, 3, {17}, 5, 1, {{3}}, true},
      {1, 2, {33}, 3, 1, {{5}, {2}, {3}, {4, 1}}, true},
      {1, 1, {4, 4}, 1, 1, {{3, 3}}},
      {2, 3, {5, 7}, 4, 1, {{3, 2}, {}, {}, {1, 0, 2, 1}}, true},
      {1, 3, {7, 5}, 2, 1, {{1, 1}}, true},
      {1, 2, {9, 11}, 3, 1, {{3, 3}, {2, 3}, {}, {0, 1, 1, 0}}},
      {1, 2, {9, 11}, 3, 1, {{3, 2}, {1, 2}, {2, 3}, {2, 1, 0, 3}}, true},
      {1, 17, {6, 6}, 33, 1, {{3, 3}, {}, {}, {1, 1, 1, 1}}, true},
      {1, 65, {3, 3}, 7, 1, {{3, 3}}},
      {1, 3, {8, 8}, 5, 1, {{8, 8}}},
      {3, 2, {1, 31}, 4, 1, {{1, 7}, {1, 2}, {}, {0, 3, 0, 3}}},
      {1,
       2,
       {4, 5, 3},
       3,
       1,
       {{2, 3, 2}, {1, 2, 1}, {}, {1, 0, 1, 0, 1, 0}},
       true},
      {1, 3, {5, 5}, 4, 1, {{3, 3}, {}, {}, {1, 1, 1, 1}}, true, false},
      // As large without dilations, and with the strides swapped.
      {1, 2, {7, 7}, 3, 1, {{2, 2}, {3, 3}, {2, 2}}},
      {1, 2, {5, 5}, 3, 1, {{2, 2}, {2, 3}}},
      {1, 2, {5, 5}, 3, 1, Same("SAME_UPPER", {0, 0, 1, 1}), true},
      {1, 2, {5, 5}, 3, 1, Same("SAME_LOWER", {1, 1, 0, 0}), true},
  };
}

std::vector<Layout> Grouped() {
  return {
      {1, 4, {9}, 6, 2, {{3}}, true},
      {1, 5, {17}, 5, 5, {{3}, {2}, {}, {1, 1}}},
      {2, 4, {6, 7}, 4, 4, {{3, 3}, {}, {}, {1, 1, 1, 1}}, true},
      {1, 33, {5, 5}, 33, 33, {{3, 3}, {2, 2}, {}, {0, 1, 1, 0}}, true},
      {1, 3, {9, 9}, 6, 3, {{5, 5}, {1, 1}, {2, 1}, {2, 2, 2, 2}}},
      {2, 6, {5, 5}, 9, 3, {{3, 2}, {1, 2}}, true},
      {1, 8, {4, 4}, 8, 2, {{1, 1}}, true},
      {1, 8, {4, 4, 4}, 8, 8, {{3, 3, 3}, {}, {}, {1, 1, 1, 1, 1, 1}}},
      {1, 6, {5, 7}, 6, 6, {{3, 3}, {}, {}, {1, 1, 1, 1}}, true, false},
  };
}

std::vector<Layout> Transposed() {
  return {
      {1, 1, {3}, 1, 1, {{3}}},
      {2, 3, {7}, 4, 1, {{3}, {2}, {}, {1, 0}}, true},
      {1, 2, {4, 4}, 3, 1, {{3, 3}}, true},
      {1, 3, {5, 3}, 2, 1, {{2, 3}, {2, 3}, {}, {0, 1, 1, 0}}, true},
      {1, 2, {4, 5}, 3, 1, {{3, 2}, {2, 2}, {2, 3}, {1, 1, 0, 2}}},
      {1,
       4,
       {5, 5},
       6,
       2,
       {{3, 3}, {2, 2}, {}, {1, 1, 1, 1}},
       true,
       true,
       {1, 1}},
      {1, 5, {4, 4}, 5, 5, {{4, 4}, {2, 2}, {}, {1, 1, 1, 1}}},
      {1, 2, {2, 3, 2}, 3, 1, {{2, 2, 3}, {1, 2, 2}}},
      {1, 3, {4, 4}, 2, 1, {{3, 3}, {2, 2}}, true, false},
  };
}

using Make = OpCase (*)(const Layout&, DataType, Data, Test&);

void Run(Test& test, DataType type, const std::vector<Layout>& layouts,
         Make make) {
  OpRunner runner(test);
  for (const Layout& layout : layouts) {
    for (const Data data : kData) {
      runner.Run(make(layout, type, data, test));
    }
  }
}

// Sizes at which blocks of a kernel end.
void Sizes(Test& test, DataType type) {
  OpRunner runner(test);
  for (const int64_t n : {1, 2, 3, 5, 7, 15, 17, 31, 33, 63, 65, 127, 129}) {
    const Window three = {{3, 3}, {}, {}, {1, 1, 1, 1}};
    std::vector<Layout> layouts = {
        {1, 2, {4, n}, 3, 1, three, true},    {1, 2, {n, 3}, 3, 1, three, true},
        {1, n, {3, 3}, 2, 1, three, true},    {1, 2, {3, 3}, n, 1, three, true},
        {1, n, {4, 4}, 2, 1, {{1, 1}}, true}, {1, n, {3, 5}, n, n, three, true},
        {n > 40 ? 1 : n, 2, {5}, 3, 1, {{3}}}};
    for (const Layout& layout : layouts) {
      for (const Data data : {Data::kWhole, Data::kPositive}) {
        runner.Run(ConvCase(layout, type, data, test));
      }
    }
  }
}

}  // namespace

void AddEdgeConv(TestList* list) {
  for (const DataType type : {DataType::kFloat, DataType::kFloat16}) {
    const std::string name = TypeName(type);
    AddEdge(list, StrCat("conv_", name), type,
            [type](Test& test) { Run(test, type, Plain(), &ConvCase); });
    AddEdge(list, StrCat("conv_", name, "_groups"), type,
            [type](Test& test) { Run(test, type, Grouped(), &ConvCase); });
    AddEdge(list, StrCat("conv_", name, "_sizes"), type,
            [type](Test& test) { Sizes(test, type); });
    AddEdge(list, "conv_transpose_" + name, type, [type](Test& test) {
      Run(test, type, Transposed(), &TransposeCase);
    });
  }
}

}  // namespace onnxifi::conformance
