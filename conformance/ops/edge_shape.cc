// Operators at their edges: empty and scalar tensors, odd sizes, high ranks,
// all positions of broadcasting, special numbers.
#include <algorithm>
#include <cmath>
#include <limits>

#include "conformance/ops/edge_tests.h"
#include "conformance/ops/error_bound.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {

void AddEdge(TestList* list, const std::string& name, DataType type,
             std::function<void(Test&)> run) {
  const bool half = type == DataType::kFloat16 || type == DataType::kBfloat16;
  list->profile = half ? Profile::kFp16 : Profile::kCore;
  list->seconds = 120;
  list->Add("edge/" + name, {"R-084", "R-100", "R-184", "R-217"},
            std::move(run));
  list->profile = Profile::kCore;
}

std::string LowerName(const std::string& op) {
  std::string name;
  for (const char c : op) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !name.empty()) name += '_';
    name += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

std::vector<Shape> EdgeShapes() {
  std::vector<Shape> shapes = {{}, {1}, {1, 1, 1, 1, 1, 1, 1, 1}};
  for (const int64_t size :
       {2, 3, 5, 7, 15, 17, 31, 33, 63, 65, 127, 129, 1031}) {
    shapes.push_back({size});
  }
  shapes.insert(shapes.end(), {{3, 5},
                               {7, 1},
                               {1, 17},
                               {3, 5, 7},
                               {2, 3, 4, 5},
                               {2, 1, 3, 2, 5},
                               {2, 1, 3, 1, 2, 1, 2, 3}});
  return shapes;
}

std::vector<Shape> EmptyShapes() {
  return {{0}, {0, 3}, {3, 0}, {2, 0, 5}, {1, 0, 0, 1}};
}

std::vector<double> SpecialValues(DataType type) {
  const double inf = std::numeric_limits<double>::infinity();
  const double small = SmallestNormal(type);
  const double eps = Epsilon(type);
  const double large = LargestFinite(type);
  std::vector<double> values = {
      std::nan(""), inf,   0,         1,          small,       small / 2,
      small * eps,  large, large / 2, 1 + eps,    1 - eps / 2, 0.5,
      1.5,          2.5,   3.5,       0.49999997, 2,           3,
      10,           100,   0.1,       1e-3,       20,          88,
      89,           710,   16777216,  8388608.5,  255.5};
  const size_t count = values.size();
  for (size_t i = 0; i < count; ++i) values.push_back(-values[i]);
  for (double& value : values) value = RoundTo(type, value);
  return values;
}

double Flush(DataType type, double value) {
  return std::fabs(value) < SmallestNormal(type) ? 0 : value;
}

std::string ShapesText(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) {
    text += StrCat(text.empty() ? "" : " and ", ShapeText(shape));
  }
  return text;
}

void AddEdgeShapeTests(TestList* list) {
  AddEdgeUnary(list);
  AddEdgeBinary(list);
  AddEdgeCompare(list);
  AddEdgeCast(list);
  AddEdgeMove(list);
  AddEdgeSlice(list);
  AddEdgeGather(list);
  AddEdgeReduce(list);
  AddEdgeRecurrent(list);
  AddEdgeSelect(list);
  AddEdgeNormalize(list);
  AddEdgeMatMul(list);
  AddEdgeConv(list);
  AddEdgePool(list);
}

}  // namespace onnxifi::conformance
