// Gather, GatherElements, GatherND and ScatterElements.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "conformance/ops/edge_tests.h"

namespace onnxifi::conformance {
namespace {

using wire::AttrInt;

Expected Bitwise(NumberTensor want) {
  Expected expected;
  expected.want = std::move(want);
  expected.bitwise = true;
  return expected;
}

size_t Wrapped(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank)
                                      : axis);
}

// Indices of a dimension, in every place another, also counted from the end.
NumberTensor Indices(DataType type, const Shape& shape, int64_t dim) {
  NumberTensor indices(type, shape);
  for (size_t i = 0; i < indices.count(); ++i) {
    const auto at = static_cast<int64_t>(i * 7 + 3) % dim;
    indices[i] = static_cast<double>(i % 3 == 1 ? at - dim : at);
  }
  return indices;
}

int64_t At(const NumberTensor& indices, size_t i, int64_t dim) {
  const auto at = static_cast<int64_t>(indices[i]);
  return at < 0 ? at + dim : at;
}

OpCase GatherCase(DataType type, const Shape& shape, const Shape& picked,
                  int64_t axis, DataType index_type = DataType::kInt64) {
  OpCase each;
  each.op = "Gather";
  each.what = StrCat(ShapesText({shape, picked}), " along ", axis);
  each.attributes = {AttrInt("axis", axis)};
  const size_t along = Wrapped(axis, shape.size());
  NumberTensor x = Counting(type, shape);
  NumberTensor indices = Indices(index_type, picked, shape[along]);
  const auto split = static_cast<std::ptrdiff_t>(along);
  Shape out(shape.begin(), shape.begin() + split);
  out.insert(out.end(), picked.begin(), picked.end());
  out.insert(out.end(), shape.begin() + split + 1, shape.end());
  NumberTensor y(type, out);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    const std::span<const int64_t> whole(at.at());
    Shape from(whole.begin(), whole.begin() + split);
    const size_t index = OffsetOf(picked, whole.subspan(along, picked.size()));
    from.push_back(At(indices, index, shape[along]));
    const auto rest = whole.subspan(along + picked.size());
    from.insert(from.end(), rest.begin(), rest.end());
    y[i] = x[OffsetOf(shape, from)];
  }
  each.inputs = {std::move(x), std::move(indices)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Gather(Test& test, DataType type) {
  OpRunner runner(test);
  for (const int64_t n : {1, 2, 7, 17, 129, 1031}) {
    runner.Run(GatherCase(type, {n}, {5}, 0));
    runner.Run(GatherCase(type, {n, 3}, {}, 0));
    runner.Run(GatherCase(type, {3, n}, {n}, 1));
  }
  for (int64_t axis = -3; axis < 3; ++axis) {
    runner.Run(GatherCase(type, {4, 4, 4}, {4}, axis));
    runner.Run(GatherCase(type, {2, 3, 5}, {3, 2}, axis));
    runner.Run(GatherCase(type, {2, 3, 5}, {1}, axis, DataType::kInt32));
  }
  runner.Run(GatherCase(type, {2, 1, 3, 2, 2}, {2, 1, 3}, 2));
}

OpCase ElementsCase(DataType type, const Shape& shape, const Shape& picked,
                    int64_t axis) {
  OpCase each;
  each.op = "GatherElements";
  each.what = StrCat(ShapesText({shape, picked}), " along ", axis);
  each.attributes = {AttrInt("axis", axis)};
  const size_t along = Wrapped(axis, shape.size());
  NumberTensor x = Counting(type, shape);
  NumberTensor indices = Indices(DataType::kInt64, picked, shape[along]);
  NumberTensor y(type, picked);
  Index at(y.dims);
  for (size_t i = 0; i < y.count(); ++i, at.Next()) {
    Shape from = at.at();
    from[along] = At(indices, i, shape[along]);
    y[i] = x[OffsetOf(shape, from)];
  }
  each.inputs = {std::move(x), std::move(indices)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void GatherElements(Test& test, DataType type) {
  OpRunner runner(test);
  for (int64_t axis = -3; axis < 3; ++axis) {
    runner.Run(ElementsCase(type, {4, 4, 4}, {4, 4, 4}, axis));
  }
  runner.Run(ElementsCase(type, {3, 5}, {7, 5}, 0));
  runner.Run(ElementsCase(type, {3, 5}, {3, 9}, 1));
  runner.Run(ElementsCase(type, {1031}, {129}, 0));
  runner.Run(ElementsCase(type, {1}, {3}, 0));
}

// Each place is written once: in which order is not defined.
OpCase ScatterCase(DataType type, const Shape& shape, const Shape& written,
                   int64_t axis, bool add) {
  OpCase each;
  each.op = "ScatterElements";
  each.what =
      StrCat(ShapesText({shape, written}), " along ", axis, add ? " add" : "");
  each.attributes = {AttrInt("axis", axis)};
  if (add) {
    each.opset = 16;
    each.attributes.push_back(wire::AttrString("reduction", "add"));
  }
  const size_t along = Wrapped(axis, shape.size());
  NumberTensor x = Counting(type, shape);
  NumberTensor indices(DataType::kInt64, written);
  NumberTensor updates(type, written);
  NumberTensor y = x;
  Index at(updates.dims);
  for (size_t i = 0; i < updates.count(); ++i, at.Next()) {
    const int64_t dim = shape[along];
    const int64_t to = dim - 1 - at[along];
    indices[i] = static_cast<double>(i % 2 == 0 ? to : to - dim);
    updates[i] = static_cast<double>(i % 50 + 60);
    Shape place = at.at();
    place[along] = to;
    double& element = y[OffsetOf(shape, place)];
    element = add ? element + updates[i] : updates[i];
  }
  each.inputs = {std::move(x), std::move(indices), std::move(updates)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void Scatter(Test& test, DataType type) {
  OpRunner runner(test);
  for (int64_t axis = -3; axis < 3; ++axis) {
    runner.Run(ScatterCase(type, {4, 4, 4}, {4, 4, 4}, axis, false));
  }
  runner.Run(ScatterCase(type, {7, 5}, {3, 2}, 0, false));
  runner.Run(ScatterCase(type, {7, 5}, {3, 2}, 1, false));
  runner.Run(ScatterCase(type, {129}, {17}, 0, false));
}

void ScatterAdd(Test& test) {
  OpRunner runner(test);
  for (const DataType type : {DataType::kFloat, DataType::kInt64}) {
    runner.Run(ScatterCase(type, {7, 5}, {3, 2}, 0, true));
    runner.Run(ScatterCase(type, {4, 4}, {4, 4}, 1, true));
  }
}

OpCase NdCase(DataType type, const Shape& shape, const Shape& rows,
              size_t depth) {
  OpCase each;
  each.op = "GatherND";
  each.what = StrCat(ShapesText({shape, rows}), " depth ", depth);
  Shape picked = rows;
  picked.push_back(static_cast<int64_t>(depth));
  NumberTensor x = Counting(type, shape);
  NumberTensor indices(DataType::kInt64, picked);
  const auto end = static_cast<std::ptrdiff_t>(depth);
  const Shape tail(shape.begin() + end, shape.end());
  Shape out = rows;
  out.insert(out.end(), tail.begin(), tail.end());
  NumberTensor y(type, out);
  const size_t size = Count(tail);
  for (size_t row = 0; row < Count(rows); ++row) {
    size_t offset = 0;
    for (size_t k = 0; k < depth; ++k) {
      const auto dim = static_cast<size_t>(shape[k]);
      const size_t index = (row * 5 + k * 3 + 1) % dim;
      // Every other one counted from the end.
      const auto place = static_cast<double>(index);
      indices[row * depth + k] =
          (row + k) % 2 == 0 ? place : place - static_cast<double>(dim);
      offset = offset * dim + index;
    }
    for (size_t i = 0; i < size; ++i) {
      y[row * size + i] = x[offset * size + i];
    }
  }
  each.inputs = {std::move(x), std::move(indices)};
  each.outputs = {Bitwise(std::move(y))};
  return each;
}

void GatherNd(Test& test, DataType type) {
  OpRunner runner(test);
  runner.Run(NdCase(type, {5, 4, 3}, {7}, 1));
  runner.Run(NdCase(type, {4, 4, 4}, {7}, 2));
  runner.Run(NdCase(type, {5, 4, 3}, {2, 3}, 3));
  runner.Run(NdCase(type, {17, 129}, {33}, 2));
}

void Empty(Test& test) {
  OpRunner runner(test);
  const DataType type = DataType::kFloat;
  runner.Run(GatherCase(type, {5}, {0}, 0));
  runner.Run(GatherCase(type, {5, 3}, {2, 0}, 1));
  runner.Run(GatherCase(type, {5, 0}, {2}, 0));
  runner.Run(ElementsCase(type, {5}, {0}, 0));
  runner.Run(ScatterCase(type, {5}, {0}, 0, false));
}

}  // namespace

void AddEdgeGather(TestList* list) {
  struct Row {
    const char* name;
    void (*run)(Test&, DataType);
  };
  constexpr Row kRows[] = {{"gather", &Gather},
                           {"gather_elements", &GatherElements},
                           {"gather_nd", &GatherNd},
                           {"scatter_elements", &Scatter}};
  for (const Row& row : kRows) {
    for (const DataType type : {DataType::kFloat, DataType::kFloat16,
                                DataType::kInt64, DataType::kUint8}) {
      AddEdge(list, StrCat(row.name, "_", TypeName(type)), type,
              [run = row.run, type](Test& test) { run(test, type); });
    }
  }
  AddEdge(list, "scatter_elements_add", DataType::kFloat, &ScatterAdd);
  AddEdge(list, "gather_empty", DataType::kFloat, &Empty);
}

}  // namespace onnxifi::conformance
