// Softmax, LogSoftmax, LayerNormalization, BatchNormalization and
// InstanceNormalization.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrFloat;
using wire::AttrInt;

// Elements of one result that are computed together.
struct Group {
  size_t first;
  size_t stride;
  size_t size;
};

std::vector<Group> GroupsOf(const Shape& dims, size_t axis) {
  size_t stride = 1;
  for (size_t i = axis + 1; i < dims.size(); ++i) {
    stride *= static_cast<size_t>(dims[i]);
  }
  const auto size = static_cast<size_t>(dims[axis]);
  std::vector<Group> groups;
  for (size_t o = 0; o < Count(dims) / std::max<size_t>(1, stride * size);
       ++o) {
    for (size_t i = 0; i < stride; ++i) {
      groups.push_back({o * size * stride + i, stride, size});
    }
  }
  return groups;
}

// Units of the type that the steps of ONNX's own definition of the two functions
// may cost, where each is rounded to it: types of 16 bits.
double StepUnits(DataType type, double shifted) {
  return Epsilon(type) > Epsilon(DataType::kFloat)
             ? Epsilon(type) * (std::fabs(shifted) / 2 + 1.5)
             : 0;
}

// Rounding the difference to the largest moves the exponential by as much.
double SoftmaxBound(DataType type, double size, double shifted, double want) {
  // An exponential may be taken for 0 a little before it is too small.
  const double least = 4 * SmallestNormal(type);
  if (want == 0) return least;
  return ChainBound(type, size / 2 + 12 + std::fabs(shifted), want) +
         StepUnits(type, shifted) * want + least;
}

// The sum's error is relative: it is an absolute one of its logarithm.
double LogSoftmaxBound(DataType type, double size, double shifted,
                       double want) {
  return ChainBound(type, 4, want) +
         SumBound(DataType::kFloat, size + 8, 1, 1) + StepUnits(type, shifted);
}

OpCase SoftmaxCase(NumberTensor x, int64_t axis, bool logarithm) {
  OpCase each;
  each.op = logarithm ? "LogSoftmax" : "Softmax";
  each.what = StrCat(ShapeText(x.dims), " along ", axis);
  each.attributes = {AttrInt("axis", axis)};
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  y.bound.resize(x.count());
  const auto along = static_cast<size_t>(
      axis < 0 ? axis + static_cast<int64_t>(x.dims.size()) : axis);
  for (const Group& group : GroupsOf(x.dims, along)) {
    const auto at = [&](size_t i) { return group.first + i * group.stride; };
    double largest = x[at(0)];
    for (size_t i = 1; i < group.size; ++i) {
      largest = std::max(largest, x[at(i)]);
    }
    double sum = 0;
    for (size_t i = 0; i < group.size; ++i) sum += std::exp(x[at(i)] - largest);
    for (size_t i = 0; i < group.size; ++i) {
      const double shifted = x[at(i)] - largest;
      const double size = static_cast<double>(group.size);
      double& want = y.want[at(i)];
      want = logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum;
      y.bound[at(i)] = logarithm ? LogSoftmaxBound(x.type, size, shifted, want)
                                 : SoftmaxBound(x.type, size, shifted, want);
    }
  }
  each.inputs = {std::move(x)};
  each.outputs = {std::move(y)};
  return each;
}

void Softmax(Test& test, DataType type, bool logarithm) {
  OpRunner runner(test);
  const auto run = [&](const Shape& shape, int64_t axis, double size = 4) {
    runner.Run(SoftmaxCase(Uniform(type, shape, -size, size, test.random()),
                           axis, logarithm));
  };
  for (int64_t axis = -3; axis < 3; ++axis) run({4, 4, 4}, axis);
  for (const int64_t n :
       {1, 2, 3, 5, 7, 15, 17, 31, 33, 63, 65, 127, 129, 1031}) {
    run({n}, 0);
    run({3, n}, 1);
    run({n, 3}, 0);
  }
  run({2, 1, 3, 1, 2, 1, 2, 3}, 2);
  // Large numbers overflow where the largest is not taken off first.
  run({3, 17}, -1, 60);
  run({3, 17}, -1, 1000);
}

void SoftmaxSpecial(Test& test) {
  OpRunner runner(test);
  const double inf = std::numeric_limits<double>::infinity();
  NumberTensor x(DataType::kFloat, {2, 4}, {0, -inf, 1, -inf, 7, 7, 7, -inf});
  runner.Run(SoftmaxCase(x, 1, false));
}

// Mean and scaled deviation of a group, and how far off a result may be. The
// variance is an average of squares whose roundings are relative to it, unless
// the mean is much larger than the deviation.
struct Moments {
  double mean = 0;
  double deviation = 0;  // with epsilon
  double largest = 0;    // |x|
};

template <typename At>
Moments MomentsOf(size_t size, double epsilon, const At& at) {
  Moments moments;
  double sum = 0;
  for (size_t i = 0; i < size; ++i) {
    sum += at(i);
    moments.largest = std::max(moments.largest, std::fabs(at(i)));
  }
  moments.mean = sum / static_cast<double>(size);
  double squares = 0;
  for (size_t i = 0; i < size; ++i) {
    const double d = at(i) - moments.mean;
    squares += d * d;
  }
  moments.deviation = std::sqrt(squares / static_cast<double>(size) + epsilon);
  return moments;
}

double NormalizedBound(DataType type, const Moments& moments, double size,
                       double normal, double scale, double want) {
  const double terms = size / 2 + 10;
  const double off = SumBound(DataType::kFloat, terms,
                              moments.largest / moments.deviation, 0) +
                     SumBound(DataType::kFloat, terms, std::fabs(normal), 0);
  return std::fabs(scale) * off + ChainBound(type, 3, want) +
         ChainBound(DataType::kFloat, 2, normal * scale);
}

OpCase LayerCase(NumberTensor x, size_t axis, bool bias, Test& test) {
  OpCase each;
  each.op = "LayerNormalization";
  each.what = StrCat(ShapeText(x.dims), " from ", axis, bias ? " bias" : "");
  each.opset = 17;
  const double epsilon = static_cast<double>(1e-5f);
  each.attributes = {AttrInt("axis", static_cast<int64_t>(axis)),
                     AttrFloat("epsilon", 1e-5f)};
  const Shape inner(x.dims.begin() + static_cast<std::ptrdiff_t>(axis),
                    x.dims.end());
  const size_t size = Count(inner);
  NumberTensor scale = Uniform(x.type, inner, 0.5, 2, test.random());
  NumberTensor shift = Uniform(x.type, inner, -1, 1, test.random());
  if (!bias) std::fill(shift.v.begin(), shift.v.end(), 0);
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  y.bound.resize(x.count());
  for (size_t row = 0; row < x.count() / size; ++row) {
    const Moments moments =
        MomentsOf(size, epsilon, [&](size_t i) { return x[row * size + i]; });
    for (size_t i = 0; i < size; ++i) {
      const size_t at = row * size + i;
      const double normal = (x[at] - moments.mean) / moments.deviation;
      y.want[at] = normal * scale[i] + shift[i];
      y.bound[at] = NormalizedBound(x.type, moments, static_cast<double>(size),
                                    normal, scale[i], y.want[at]);
    }
  }
  each.inputs = {std::move(x), std::move(scale)};
  if (bias) each.inputs.emplace_back(std::move(shift));
  each.outputs = {std::move(y)};
  return each;
}

void Layer(Test& test, DataType type) {
  OpRunner runner(test);
  const auto run = [&](const Shape& shape, size_t axis) {
    for (const bool bias : {true, false}) {
      runner.Run(LayerCase(Uniform(type, shape, -2, 3, test.random()), axis,
                           bias, test));
    }
  };
  for (const int64_t n : {2, 3, 7, 15, 17, 33, 65, 129, 1031}) {
    run({3, n}, 1);
  }
  run({4, 4, 4}, 1);
  run({4, 4, 4}, 2);
  run({2, 3, 5}, 0);
  run({1, 2, 1, 2, 3, 5}, 4);
}

OpCase BatchCase(NumberTensor x, Test& test) {
  OpCase each;
  each.op = "BatchNormalization";
  each.what = ShapeText(x.dims);
  each.opset = 15;
  const double epsilon = static_cast<double>(1e-5f);
  each.attributes = {AttrFloat("epsilon", 1e-5f)};
  const Shape channels = {x.dims[1]};
  const NumberTensor scale = Uniform(x.type, channels, 0.5, 2, test.random());
  const NumberTensor shift = Uniform(x.type, channels, -1, 1, test.random());
  const NumberTensor mean = Uniform(x.type, channels, -1, 1, test.random());
  const NumberTensor variance =
      Uniform(x.type, channels, 0.25, 4, test.random());
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  Index at(x.dims);
  for (size_t i = 0; i < x.count(); ++i, at.Next()) {
    const auto c = static_cast<size_t>(at[1]);
    const double factor = scale[c] / std::sqrt(variance[c] + epsilon);
    y.want[i] = (x[i] - mean[c]) * factor + shift[c];
    // Also as x * factor + rest, whose parts are larger than the result.
    const double magnitude =
        (std::fabs(x[i]) + std::fabs(mean[c])) * factor + std::fabs(shift[c]);
    y.bound.push_back(SumBound(x.type, 12, magnitude, y.want[i]));
  }
  each.inputs = {std::move(x), Constant(scale), Constant(shift), Constant(mean),
                 Constant(variance)};
  each.outputs = {std::move(y)};
  return each;
}

void Batch(Test& test, DataType type) {
  OpRunner runner(test);
  for (const Shape& shape :
       {Shape{1, 1, 1, 1}, Shape{2, 3, 4, 5}, Shape{4, 4, 4, 4}, Shape{3, 7},
        Shape{2, 17, 9}, Shape{1, 65, 7, 3}, Shape{2, 3, 2, 3, 2},
        Shape{1, 129, 5, 5}}) {
    runner.Run(BatchCase(Uniform(type, shape, -3, 3, test.random()), test));
  }
}

OpCase InstanceCase(NumberTensor x, Test& test) {
  OpCase each;
  each.op = "InstanceNormalization";
  each.what = ShapeText(x.dims);
  const double epsilon = static_cast<double>(1e-5f);
  each.attributes = {AttrFloat("epsilon", 1e-5f)};
  const Shape channels = {x.dims[1]};
  NumberTensor scale = Uniform(x.type, channels, 0.5, 2, test.random());
  NumberTensor shift = Uniform(x.type, channels, -1, 1, test.random());
  const auto rows = static_cast<size_t>(x.dims[0] * x.dims[1]);
  const size_t size = x.count() / rows;
  Expected y;
  y.want = NumberTensor(x.type, x.dims);
  y.bound.resize(x.count());
  for (size_t row = 0; row < rows; ++row) {
    const size_t c = row % static_cast<size_t>(x.dims[1]);
    const Moments moments =
        MomentsOf(size, epsilon, [&](size_t i) { return x[row * size + i]; });
    for (size_t at = row * size; at < (row + 1) * size; ++at) {
      const double normal = (x[at] - moments.mean) / moments.deviation;
      y.want[at] = normal * scale[c] + shift[c];
      y.bound[at] = NormalizedBound(x.type, moments, static_cast<double>(size),
                                    normal, scale[c], y.want[at]);
    }
  }
  each.inputs = {std::move(x), std::move(scale), std::move(shift)};
  each.outputs = {std::move(y)};
  return each;
}

void Instance(Test& test, DataType type) {
  OpRunner runner(test);
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{1, 4, 4, 4},
                             Shape{2, 5, 17}, Shape{1, 3, 33, 31}}) {
    runner.Run(InstanceCase(Uniform(type, shape, -2, 3, test.random()), test));
  }
}

}  // namespace

void AddEdgeNormalize(TestList* list) {
  for (const DataType type :
       {DataType::kFloat, DataType::kDouble, DataType::kFloat16}) {
    const std::string name = TypeName(type);
    AddEdge(list, "softmax_" + name, type,
            [type](Test& test) { Softmax(test, type, false); });
    AddEdge(list, "log_softmax_" + name, type,
            [type](Test& test) { Softmax(test, type, true); });
    AddEdge(list, "layer_normalization_" + name, type,
            [type](Test& test) { Layer(test, type); });
    AddEdge(list, "batch_normalization_" + name, type,
            [type](Test& test) { Batch(test, type); });
    AddEdge(list, "instance_normalization_" + name, type,
            [type](Test& test) { Instance(test, type); });
  }
  AddEdge(list, "softmax_special", DataType::kFloat, &SoftmaxSpecial);
}

}  // namespace onnxifi::conformance
