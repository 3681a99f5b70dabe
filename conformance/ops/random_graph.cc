#include "conformance/ops/random_graph.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/str_cat.h"
#include "conformance/ops/error_bound.h"

namespace onnxifi::conformance {
namespace {

// Values beyond this are pressed together before anything else is done.
constexpr double kLarge = 16;

double Largest(const NumberTensor& tensor) {
  double largest = 0;
  for (const double value : tensor.v) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

double Bound(const char* op, double want) {
  return ElementwiseBound(op, DataType::kFloat, want);
}

class Builder {
 public:
  explicit Builder(std::mt19937_64& random) : random_(random) {}

  RandomGraph Build(size_t nodes) {
    const Shape first = {Size(), Size()};
    AddInput(first);
    AddInput(first);
    AddInput({Size(), first[1]});
    graph_.inputs = graph_.values.size();
    while (graph_.nodes.size() < nodes) AddNode();
    std::vector<bool> used(graph_.values.size(), false);
    for (const RandomNode& node : graph_.nodes) {
      for (const size_t input : node.inputs) used[input] = true;
    }
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      // What nobody reads, and a few others.
      graph_.is_output.push_back(i >= graph_.inputs &&
                                 (!used[i] || Pick(8) == 0));
    }
    return std::move(graph_);
  }

 private:
  size_t Pick(size_t count) { return random_() % count; }
  int64_t Size() {
    constexpr int64_t kSizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 17};
    return kSizes[Pick(std::size(kSizes))];
  }
  const RandomValue& value(size_t i) const { return graph_.values[i]; }

  void AddInput(const Shape& shape) {
    graph_.values.push_back(
        {Uniform(DataType::kFloat, shape, -2, 2, random_), 0});
  }
  void Add(RandomNode node, NumberTensor exact, double error) {
    node.output = graph_.values.size();
    graph_.values.push_back({std::move(exact), error});
    graph_.nodes.push_back(std::move(node));
  }

  void AddNode() {
    // Rather a late value: else graphs are wide and flat.
    const size_t count = graph_.values.size();
    const size_t x = Pick(2) == 0 ? count - 1 - Pick(std::min<size_t>(count, 4))
                                  : Pick(count);
    if (Largest(value(x).exact) > kLarge) return Unary(x, 1);
    switch (Pick(8)) {
      case 0:
        return Unary(x, Pick(5));
      case 1:
        return Product(x);
      case 2:
        return Turn(x);
      case 3:
        return Softmax(x);
      case 4:
        return Mean(x);
      case 5:
        return Cut(x);
      default:
        return Binary(x);
    }
  }

  void Unary(size_t x, size_t which) {
    struct Row {
      const char* op;
      double (*f)(double);
      double slope;
    };
    constexpr Row kRows[] = {
        {"Relu", [](double v) { return std::max(v, 0.0); }, 1},
        {"Tanh", [](double v) { return std::tanh(v); }, 1},
        {"Sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); }, 0.25},
        {"Neg", [](double v) { return -v; }, 1},
        {"Abs", [](double v) { return std::fabs(v); }, 1}};
    const Row& row = kRows[which];
    NumberTensor y = value(x).exact;
    for (double& element : y.v) element = row.f(element);
    const double error = value(x).error * row.slope + Bound(row.op, Largest(y));
    Add({row.op, {x}, {}, {}}, std::move(y), error);
  }

  // With a value of a shape that fits; with itself when there is none.
  void Binary(size_t a) {
    std::vector<size_t> fitting;
    const Shape& shape = value(a).exact.dims;
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const Shape& other = value(i).exact.dims;
      const bool fits =
          (other[0] == shape[0] || other[0] == 1 || shape[0] == 1) &&
          (other[1] == shape[1] || other[1] == 1 || shape[1] == 1);
      if (fits && Largest(value(i).exact) <= kLarge) fitting.push_back(i);
    }
    const size_t b = fitting[Pick(fitting.size())];
    constexpr const char* kOps[] = {"Add", "Sub", "Mul", "Max", "Min"};
    const size_t which = Pick(std::size(kOps));
    const NumberTensor& left = value(a).exact;
    const NumberTensor& right = value(b).exact;
    NumberTensor y(DataType::kFloat, BroadcastShape(left.dims, right.dims));
    Index at(y.dims);
    for (size_t i = 0; i < y.count(); ++i, at.Next()) {
      const double l = left[BroadcastOffset(left.dims, at.at())];
      const double r = right[BroadcastOffset(right.dims, at.at())];
      y[i] = which == 0   ? l + r
             : which == 1 ? l - r
             : which == 2 ? l * r
             : which == 3 ? std::max(l, r)
                          : std::min(l, r);
    }
    const double ea = value(a).error;
    const double eb = value(b).error;
    double error = which == 2
                       ? Largest(left) * eb + Largest(right) * ea + ea * eb
                   : which < 2 ? ea + eb
                               : std::max(ea, eb);
    error += Bound(kOps[which], Largest(y) + error);
    Add({kOps[which], {a, b}, {}, {}}, std::move(y), error);
  }

  void Product(size_t x) {
    const NumberTensor& left = value(x).exact;
    const auto k = static_cast<size_t>(left.dims[1]);
    const int64_t n = Size();
    NumberTensor w =
        Uniform(DataType::kFloat, {left.dims[1], n}, -1, 1, random_);
    NumberTensor y(DataType::kFloat, {left.dims[0], n});
    double error = 0;
    for (size_t i = 0; i < y.count(); ++i) {
      const size_t row = i / static_cast<size_t>(n);
      const size_t column = i % static_cast<size_t>(n);
      double magnitude = 0;
      double weight = 0;
      for (size_t s = 0; s < k; ++s) {
        const double factor = w[s * static_cast<size_t>(n) + column];
        const double term = left[row * k + s] * factor;
        y[i] += term;
        magnitude += std::fabs(term);
        weight += std::fabs(factor);
      }
      error =
          std::max(error, weight * value(x).error +
                              SumBound(DataType::kFloat, static_cast<double>(k),
                                       magnitude, y[i]));
    }
    Add({"MatMul", {x}, {std::move(w)}, {}}, std::move(y), error);
  }

  void Turn(size_t x) {
    const NumberTensor& in = value(x).exact;
    NumberTensor y(DataType::kFloat, {in.dims[1], in.dims[0]});
    const auto rows = static_cast<size_t>(in.dims[0]);
    const auto columns = static_cast<size_t>(in.dims[1]);
    for (size_t i = 0; i < in.count(); ++i) {
      y[i % columns * rows + i / columns] = in[i];
    }
    Add({"Transpose", {x}, {}, {wire::AttrInts("perm", {1, 0})}}, std::move(y),
        value(x).error);
  }

  void Softmax(size_t x) {
    const NumberTensor& in = value(x).exact;
    NumberTensor y = in;
    const auto columns = static_cast<size_t>(in.dims[1]);
    for (size_t row = 0; row < in.count() / columns; ++row) {
      double sum = 0;
      for (size_t i = row * columns; i < (row + 1) * columns; ++i) {
        y[i] = std::exp(in[i]);
        sum += y[i];
      }
      for (size_t i = row * columns; i < (row + 1) * columns; ++i) y[i] /= sum;
    }
    // An error of the input moves numerator and denominator.
    const double moved = std::exp(2 * value(x).error) - 1;
    const double own =
        ChainBound(DataType::kFloat,
                   static_cast<double>(columns) / 2 + 12 + 2 * Largest(in), 1);
    Add({"Softmax", {x}, {}, {wire::AttrInt("axis", 1)}}, std::move(y),
        moved + own);
  }

  void Mean(size_t x) {
    const NumberTensor& in = value(x).exact;
    const auto columns = static_cast<size_t>(in.dims[1]);
    NumberTensor y(DataType::kFloat, {in.dims[0], 1});
    for (size_t i = 0; i < in.count(); ++i) {
      y[i / columns] += in[i] / static_cast<double>(columns);
    }
    const double error =
        value(x).error + SumBound(DataType::kFloat,
                                  static_cast<double>(columns) + 2, Largest(in),
                                  Largest(y));
    Add({"ReduceMean", {x}, {}, {wire::AttrInts("axes", {1})}}, std::move(y),
        error);
  }

  // Some rows of it.
  void Cut(size_t x) {
    const NumberTensor& in = value(x).exact;
    const auto rows = static_cast<size_t>(in.dims[0]);
    const size_t first = Pick(rows);
    const size_t size = 1 + Pick(rows - first);
    const auto columns = static_cast<size_t>(in.dims[1]);
    NumberTensor y(DataType::kFloat, {static_cast<int64_t>(size), in.dims[1]});
    for (size_t i = 0; i < y.count(); ++i) y[i] = in[first * columns + i];
    const auto ints = [](size_t number) {
      return NumberTensor(DataType::kInt64, {1}, {static_cast<double>(number)});
    };
    Add({"Slice", {x}, {ints(first), ints(first + size), ints(0)}, {}},
        std::move(y), value(x).error);
  }

  std::mt19937_64& random_;
  RandomGraph graph_;
};

std::string NameOf(size_t value) { return StrCat("v", value); }

wire::Dims DimsOf(const Shape& shape) { return {shape.begin(), shape.end()}; }

}  // namespace

RandomGraph MakeRandomGraph(size_t nodes, std::mt19937_64& random) {
  return Builder(random).Build(nodes);
}

GraphPart PartOf(const RandomGraph& graph, size_t begin, size_t end) {
  std::set<size_t> made;
  std::set<size_t> read;
  std::set<size_t> read_elsewhere;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const bool inside = i >= begin && i < end;
    if (inside) made.insert(graph.nodes[i].output);
    for (const size_t input : graph.nodes[i].inputs) {
      (inside ? read : read_elsewhere).insert(input);
    }
  }
  GraphPart part;
  wire::ModelBuilder model(7, 13);
  for (const size_t value : read) {
    if (made.count(value) != 0) continue;
    part.inputs.push_back(value);
    model.Input(NameOf(value), wire::kFloat,
                DimsOf(graph.values[value].exact.dims));
  }
  for (const size_t value : made) {
    if (!graph.is_output[value] && read_elsewhere.count(value) == 0) continue;
    part.outputs.push_back(value);
    model.Output(NameOf(value), wire::kFloat,
                 DimsOf(graph.values[value].exact.dims));
  }
  for (size_t i = begin; i < end; ++i) {
    const RandomNode& node = graph.nodes[i];
    wire::Names inputs;
    for (const size_t input : node.inputs) inputs.push_back(NameOf(input));
    for (const NumberTensor& constant : node.constants) {
      const std::string name = StrCat("c", i, "_", inputs.size());
      const HostTensor data = ToHost(constant, name);
      model.Initializer(wire::RawTensor(
          name, static_cast<int32_t>(constant.type), constant.dims,
          {reinterpret_cast<const char*>(data.bytes().data()),
           data.bytes().size()}));
      inputs.push_back(name);
    }
    model.Node(node.op, inputs, {NameOf(node.output)}, node.attributes);
  }
  part.model = model.Build();
  return part;
}

}  // namespace onnxifi::conformance
