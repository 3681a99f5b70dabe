// Slice and Pad.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "conformance/ops/edge_tests.h"

namespace onnxifi::conformance {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Expected Bitwise(NumberTensor want) {
  Expected expected;
  expected.want = std::move(want);
  expected.bitwise = true;
  return expected;
}

// A constant whose numbers may be the limits of int64.
OpInput Exact(const std::vector<int64_t>& values) {
  OpInput input = ConstantInts(values);
  input.tensor.bits.assign(values.begin(), values.end());
  return input;
}

struct Cut {
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;
  std::vector<int64_t> axes;   // empty: the first ones
  std::vector<int64_t> steps;  // empty: 1
};

// The indices that are taken of a dimension.
std::vector<int64_t> Taken(int64_t dim, int64_t start, int64_t end,
                           int64_t step) {
  const auto clamp = [&](int64_t at) {
    if (at < 0) at = at < -dim ? -1 : at + dim;
    // Backward the place in front of the first counts, forward that behind.
    return step > 0 ? std::clamp<int64_t>(at, 0, dim)
                    : std::clamp<int64_t>(at, -1, dim - 1);
  };
  std::vector<int64_t> taken;
  const int64_t last = clamp(end);
  for (int64_t at = clamp(start); step > 0 ? at < last : at > last;) {
    taken.push_back(at);
    // What is left is smaller than the step at its largest.
    if (step > 0 ? step >= last - at : step <= last - at) break;
    at += step;
  }
  return taken;
}

OpCase SliceCase(DataType type, const Shape& shape, const Cut& cut) {
  OpCase each;
  each.op = "Slice";
  each.what = StrCat(ShapeText(shape), " from ", ShapeText(cut.starts), " to ",
                     ShapeText(cut.ends));
  NumberTensor x = Counting(type, shape);
  std::vector<std::vector<int64_t>> taken;
  for (const int64_t dim : shape) taken.push_back(Taken(dim, 0, dim, 1));
  for (size_t i = 0; i < cut.starts.size(); ++i) {
    const int64_t axis =
        cut.axes.empty() ? static_cast<int64_t>(i) : cut.axes[i];
    const auto at = static_cast<size_t>(
        axis < 0 ? axis + static_cast<int64_t>(shape.size()) : axis);
    taken[at] = Taken(shape[at], cut.starts[i], cut.ends[i],
                      cut.steps.empty() ? 1 : cut.steps[i]);
  }
  Shape out;
  for (const auto& each_axis : taken) {
    out.push_back(static_cast<int64_t>(each_axis.size()));
  }
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape from(shape.size());
    for (size_t k = 0; k < from.size(); ++k) {
      from[k] = taken[k][static_cast<size_t>(at[k])];
    }
    y[i] = x[OffsetOf(shape, from)];
  }
  each.inputs = {std::move(x), Exact(cut.starts), Exact(cut.ends)};
  if (!cut.axes.empty()) each.inputs.push_back(Exact(cut.axes));
  if (!cut.steps.empty()) each.inputs.push_back(Exact(cut.steps));
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Slice(Test& test, DataType type) {
  OpRunner runner(test);
  const auto run = [&](const Shape& shape, const Cut& cut) {
    runner.Run(SliceCase(type, shape, cut));
  };
  run({10}, {{0}, {10}, {0}, {1}});
  run({10}, {{3}, {4}, {}, {}});
  run({10}, {{-3}, {kMax}, {0}, {}});
  run({10}, {{-100}, {100}, {0}, {}});
  run({10}, {{9}, {kMin}, {0}, {-1}});
  run({10}, {{kMax}, {kMin}, {0}, {-3}});
  run({10}, {{-2}, {-9}, {-1}, {-2}});
  run({10}, {{1}, {9}, {0}, {100}});
  run({1031}, {{5}, {1029}, {0}, {7}});
  run({4, 4}, {{1}, {3}, {0}, {1}});
  run({4, 4}, {{1}, {3}, {1}, {1}});
  run({4, 4}, {{3, 0}, {0, 3}, {1, 0}, {-1, 2}});
  run({5, 7, 3}, {{1, 2}, {5, 6}, {-3, -2}, {2, 3}});
  run({2, 3, 4, 5}, {{0, 1, 2, 1}, {2, 3, 4, 5}, {}, {}});
  run({17, 129}, {{3, 128}, {16, 0}, {0, 1}, {5, -3}});
  run({2, 1, 3, 1, 2, 1, 2, 3}, {{1, 0}, {3, 2}, {7, 2}, {1, 1}});
}

void EmptySlice(Test& test) {
  OpRunner runner(test);
  const DataType type = DataType::kFloat;
  runner.Run(SliceCase(type, {10}, {{5}, {5}, {0}, {1}}));
  runner.Run(SliceCase(type, {10}, {{7}, {3}, {0}, {1}}));
  runner.Run(SliceCase(type, {10}, {{3}, {7}, {0}, {-1}}));
  runner.Run(SliceCase(type, {0, 3}, {{0}, {2}, {1}, {1}}));
  runner.Run(SliceCase(type, {4, 4}, {{20}, {30}, {1}, {1}}));
}

enum class Mode { kConstant, kEdge, kReflect };

// Where an element behind the border comes from; nothing: the constant.
std::optional<int64_t> Source(Mode mode, int64_t at, int64_t dim) {
  if (at >= 0 && at < dim) return at;
  if (mode == Mode::kConstant) return std::nullopt;
  if (mode == Mode::kEdge) return std::clamp<int64_t>(at, 0, dim - 1);
  const int64_t period = std::max<int64_t>(1, 2 * (dim - 1));
  at = ((at % period) + period) % period;
  return at < dim ? at : period - at;
}

OpCase PadCase(DataType type, const Shape& shape,
               const std::vector<int64_t>& pads, Mode mode, double value) {
  constexpr const char* kModes[] = {"constant", "edge", "reflect"};
  OpCase each;
  each.op = "Pad";
  each.what = StrCat(ShapeText(shape), " ", kModes[static_cast<int>(mode)]);
  for (const int64_t pad : pads) each.what += StrCat(" ", pad);
  each.attributes = {wire::AttrString("mode", kModes[static_cast<int>(mode)])};
  NumberTensor x = Counting(type, shape);
  Shape out = shape;
  const size_t rank = shape.size();
  for (size_t i = 0; i < rank; ++i) out[i] += pads[i] + pads[rank + i];
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape from(rank);
    bool outside = false;
    for (size_t k = 0; k < rank; ++k) {
      const auto source = Source(mode, at[k] - pads[k], shape[k]);
      outside = outside || !source.has_value();
      from[k] = source.value_or(0);
    }
    y[i] = outside ? value : x[OffsetOf(shape, from)];
  }
  each.inputs = {std::move(x), ConstantInts(pads)};
  if (value != 0) {
    each.inputs.push_back(Constant({type, {}, {value}}));
  }
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Pad(Test& test, DataType type) {
  OpRunner runner(test);
  const auto run = [&](const Shape& shape, const std::vector<int64_t>& pads,
                       Mode mode, double value = 0) {
    runner.Run(PadCase(type, shape, pads, mode, value));
  };
  run({5}, {2, 3}, Mode::kConstant);
  run({5}, {2, 3}, Mode::kConstant, 9);
  run({5}, {0, 0}, Mode::kConstant, 9);
  run({4, 4}, {1, 0, 0, 2}, Mode::kConstant, 7);
  run({4, 4}, {0, 2, 1, 0}, Mode::kConstant, 7);
  run({4, 4}, {-1, 2, 1, -2}, Mode::kConstant, 7);
  run({2, 3, 4, 5}, {0, 0, 1, 2, 0, 0, 3, 4}, Mode::kConstant, 5);
  run({1, 2, 17}, {0, 1, 3, 2, 0, 129}, Mode::kConstant);
  run({5}, {3, 7}, Mode::kEdge);
  run({3, 5}, {2, 0, 1, 4}, Mode::kEdge);
  run({5}, {4, 3}, Mode::kReflect);
  run({4, 6}, {1, 5, 3, 2}, Mode::kReflect);
  run({1, 2, 33, 5}, {0, 0, 7, 4, 0, 0, 30, 1}, Mode::kReflect);
}

}  // namespace

void AddEdgeSlice(TestList* list) {
  for (const DataType type : {DataType::kFloat, DataType::kFloat16,
                              DataType::kInt64, DataType::kUint8}) {
    AddEdge(list, "slice_" + TypeName(type), type,
            [type](Test& test) { Slice(test, type); });
    AddEdge(list, "pad_" + TypeName(type), type,
            [type](Test& test) { Pad(test, type); });
  }
  AddEdge(list, "slice_empty", DataType::kFloat, &EmptySlice);
}

}  // namespace onnxifi::conformance
