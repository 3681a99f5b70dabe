// Models with symbolic dimensions: shapes in turn through one graph, so that
// what is left of another shape shows.
#include <algorithm>
#include <cmath>

#include "conformance/ops/error_bound.h"
#include "conformance/ops/op_case.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using wire::Dims;
using wire::kFloat;
using wire::ModelBuilder;

// A model of two sizes, n and m.
struct Dynamic {
  const char* name;
  std::string model;
  std::vector<Shape> (*shapes)(int64_t n, int64_t m);
  Expected (*result)(const std::vector<NumberTensor>& inputs);
};

Expected Exact(Shape dims) {
  Expected y;
  y.want = NumberTensor(DataType::kFloat, std::move(dims));
  return y;
}

Expected AddRelu(const std::vector<NumberTensor>& in) {
  Expected y = Exact(in[0].dims);
  for (size_t i = 0; i < y.want.count(); ++i) {
    y.want[i] = std::max(in[0][i], 0.0) + in[0][i];
  }
  return y;
}

Expected Outer(const std::vector<NumberTensor>& in) {
  Expected y = Exact({in[0].dims[0], in[1].dims[1]});
  const auto m = static_cast<size_t>(in[1].dims[1]);
  for (size_t i = 0; i < y.want.count(); ++i) {
    y.want[i] = in[0][i / m] + in[1][i % m];
  }
  return y;
}

Expected Product(const std::vector<NumberTensor>& in) {
  const auto n = static_cast<size_t>(in[0].dims[0]);
  const auto k = static_cast<size_t>(in[0].dims[1]);
  const auto m = static_cast<size_t>(in[1].dims[1]);
  Expected y = Exact({in[0].dims[0], in[1].dims[1]});
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < m; ++j) {
      for (size_t s = 0; s < k; ++s) {
        y.want[i * m + j] += in[0][i * k + s] * in[1][s * m + j];
      }
    }
  }
  return y;
}

Expected RowSums(const std::vector<NumberTensor>& in) {
  Expected y = Exact({in[0].dims[0]});
  const auto m = static_cast<size_t>(in[0].dims[1]);
  for (size_t i = 0; i < in[0].count(); ++i) y.want[i / m] += in[0][i];
  return y;
}

Expected Turned(const std::vector<NumberTensor>& in) {
  Expected y = Exact({in[0].dims[1], in[0].dims[0]});
  const auto n = static_cast<size_t>(in[0].dims[0]);
  const auto m = static_cast<size_t>(in[0].dims[1]);
  for (size_t i = 0; i < in[0].count(); ++i) {
    y.want[i % m * n + i / m] = in[0][i];
  }
  return y;
}

Expected Joined(const std::vector<NumberTensor>& in) {
  Expected y = Exact({in[0].dims[0] + in[1].dims[0], 3});
  std::copy(in[0].v.begin(), in[0].v.end(), y.want.v.begin());
  std::copy(in[1].v.begin(), in[1].v.end(),
            y.want.v.begin() + static_cast<std::ptrdiff_t>(in[0].count()));
  return y;
}

// The largest of each 2x2 window.
Expected Pooled(const std::vector<NumberTensor>& in) {
  const int64_t n = in[0].dims[2];
  const int64_t m = in[0].dims[3];
  Expected y = Exact({1, 2, n - 1, m - 1});
  Index at(y.want.dims);
  size_t i = 0;
  do {
    double largest = -1e30;
    for (int64_t k = 0; k < 4; ++k) {
      const Shape from = {0, at[1], at[2] + k / 2, at[3] + k % 2};
      largest = std::max(largest, in[0][OffsetOf(in[0].dims, from)]);
    }
    y.want[i++] = largest;
  } while (at.Next());
  return y;
}

Expected Flat(const std::vector<NumberTensor>& in) {
  Expected y = Exact({in[0].dims[0] * in[0].dims[1]});
  y.want.v = in[0].v;
  return y;
}

std::string OneInput(const char* op, const Dims& from, const Dims& to,
                     const wire::Names& attributes = {}) {
  return ModelBuilder(7, 13)
      .Input("x", kFloat, from)
      .Output("y", kFloat, to)
      .Node(op, {"x"}, {"y"}, attributes)
      .Build();
}

std::string TwoInputs(const char* op, const Dims& a, const Dims& b,
                      const Dims& to, const wire::Names& attributes = {}) {
  return ModelBuilder(7, 13)
      .Input("a", kFloat, a)
      .Input("b", kFloat, b)
      .Output("y", kFloat, to)
      .Node(op, {"a", "b"}, {"y"}, attributes)
      .Build();
}

std::string AddReluModel(const Dims& dims) {
  return ModelBuilder(7, 13)
      .Input("x", kFloat, dims)
      .Output("y", kFloat, dims)
      .Node("Relu", {"x"}, {"t"})
      .Node("Add", {"t", "x"}, {"y"})
      .Build();
}

std::string RowSumModel() {
  const std::vector<int64_t> axis = {1};
  return ModelBuilder(7, 13)
      .Input("x", kFloat, {"N", "M"})
      .Output("y", kFloat, {"N"})
      .Initializer(wire::TensorOf("axes", wire::kInt64, {1}, axis))
      .Node("ReduceSum", {"x", "axes"}, {"y"}, {wire::AttrInt("keepdims", 0)})
      .Build();
}

std::string FlatModel() {
  const std::vector<int64_t> all = {-1};
  return ModelBuilder(7, 13)
      .Input("x", kFloat, {"N", "M"})
      .Output("y", kFloat, {"L"})
      .Initializer(wire::TensorOf("shape", wire::kInt64, {1}, all))
      .Node("Reshape", {"x", "shape"}, {"y"})
      .Build();
}

std::vector<Shape> Matrix(int64_t n, int64_t m) { return {{n, m}}; }

const std::vector<Dynamic>& Models() {
  static const std::vector<Dynamic>& models = *new std::vector<Dynamic>{
      {"batch", AddReluModel({"N", 3}),
       [](int64_t n, int64_t) {
         return std::vector<Shape>{{n, 3}};
       },
       &AddRelu},
      {"elementwise", AddReluModel({"N", "M"}), &Matrix, &AddRelu},
      {"broadcast", TwoInputs("Add", {"N", 1}, {1, "M"}, {"N", "M"}),
       [](int64_t n, int64_t m) {
         return std::vector<Shape>{{n, 1}, {1, m}};
       },
       &Outer},
      {"mat_mul", TwoInputs("MatMul", {"N", "K"}, {"K", "M"}, {"N", "M"}),
       [](int64_t n, int64_t m) {
         return std::vector<Shape>{{n, n + m}, {n + m, m}};
       },
       &Product},
      {"reduce_sum", RowSumModel(), &Matrix, &RowSums},
      {"transpose",
       OneInput("Transpose", {"N", "M"}, {"M", "N"},
                {wire::AttrInts("perm", {1, 0})}),
       &Matrix, &Turned},
      {"concat",
       TwoInputs("Concat", {"N", 3}, {"M", 3}, {"S", 3},
                 {wire::AttrInt("axis", 0)}),
       [](int64_t n, int64_t m) {
         return std::vector<Shape>{{n, 3}, {m, 3}};
       },
       &Joined},
      {"max_pool",
       OneInput("MaxPool", {1, 2, "H", "W"}, {1, 2, "h", "w"},
                {wire::AttrInts("kernel_shape", {2, 2})}),
       [](int64_t n, int64_t m) {
         return std::vector<Shape>{{1, 2, n + 1, m + 1}};
       },
       &Pooled},
      {"reshape", FlatModel(), &Matrix, &Flat},
  };
  return models;
}

// Pairs of sizes, in the order in which they come.
using Sizes = std::vector<std::pair<int64_t, int64_t>>;

struct Order {
  const char* name;
  Sizes sizes;
};

const std::vector<Order>& Orders() {
  static const std::vector<Order>& orders = *new std::vector<Order>{
      {"alternating",
       {{2, 5}, {7, 3}, {2, 5}, {7, 3}, {2, 5}, {1, 1}, {7, 3}, {2, 5}}},
      {"growing", {{1, 1}, {1, 2}, {2, 3}, {3, 5}, {7, 7}, {17, 15}, {33, 65}}},
      {"shrinking",
       {{33, 65}, {17, 15}, {7, 7}, {3, 5}, {2, 3}, {1, 2}, {1, 1}}},
      // As many elements, in another shape.
      {"same_count",
       {{2, 6}, {3, 4}, {4, 3}, {6, 2}, {12, 1}, {1, 12}, {2, 6}}},
      {"one_size_changes",
       {{4, 4}, {4, 5}, {4, 4}, {5, 4}, {4, 4}, {4, 3}, {3, 4}, {4, 4}}},
  };
  return orders;
}

bool HasCapability(const Session& session, uint64_t bit) {
  return (session.InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) & bit) != 0;
}

void RunOrder(Test& test, const Dynamic& dynamic, const Sizes& sizes,
              PluginModel::Way way) {
  Session session(test);
  if (!session.ready()) return;
  if (way == PluginModel::Way::kDescriptors &&
      !HasCapability(session, ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS) &&
      !(HasCapability(session, ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE) &&
        std::string(dynamic.name) == "batch")) {
    test.Unsupported("symbolic dimensions are not among the capabilities");
    return;
  }
  PluginModel model(test, session, dynamic.model, way);
  if (!model.ready()) return;
  for (const auto& [n, m] : sizes) {
    std::vector<NumberTensor> in;
    std::vector<HostValue> inputs;
    for (const Shape& shape : dynamic.shapes(n, m)) {
      in.push_back(Whole(DataType::kFloat, shape, -50, 50, test.random()));
      inputs.emplace_back(ToHost(in.back(), ""));
    }
    const Expected want = dynamic.result(in);
    std::vector<HostValue> like;
    like.emplace_back(ToHost(want.want, "y"));
    const auto got = model.Run(inputs, like, {});
    if (!got.has_value()) return;
    double worst = 0;
    const std::string wrong = Mismatch(want, (*got)[0].tensor, &worst);
    CERTIFY_CHECK(test, wrong.empty(), dynamic.name, " of sizes ", n, " and ",
                  m, ": ", wrong);
  }
}

// The symbol stands for one number in one run.
void SymbolOfTwoNumbers(Test& test) {
  Session session(test);
  if (!session.ready()) return;
  if (!HasCapability(session, ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS)) {
    test.Unsupported("symbolic dimensions are not among the capabilities");
    return;
  }
  const std::string bytes = TwoInputs("Add", {"N"}, {"N"}, {"N"});
  PluginModel model(test, session, bytes, PluginModel::Way::kDescriptors);
  if (!model.ready()) return;
  const float data[8] = {};
  float out[8] = {};
  const uint64_t two = 2;
  const uint64_t three = 3;
  const onnxTensorDescriptorV1 inputs[2] = {
      Describe("a", ONNXIFI_DATATYPE_FLOAT32, {&two, 1}, data),
      Describe("b", ONNXIFI_DATATYPE_FLOAT32, {&three, 1}, data)};
  const onnxTensorDescriptorV1 output =
      Describe("y", ONNXIFI_DATATYPE_FLOAT32, {&three, 1}, out);
  CERTIFY_STATUS(
      test, test.plugin().onnxSetGraphIO(model.graph(), 2, inputs, 1, &output),
      ONNXIFI_STATUS_MISMATCHING_SHAPE, "N is 2 and 3 at once");
}

}  // namespace

void AddDynamicTests(TestList* list) {
  list->profile = Profile::kDynamic;
  for (const Dynamic& dynamic : Models()) {
    for (const Order& order : Orders()) {
      for (const bool values : {false, true}) {
        list->Add(StrCat("dynamic/", dynamic.name, "_", order.name,
                         values ? "_values" : ""),
                  {"R-098", "R-207"}, [&, values](Test& test) {
                    RunOrder(test, dynamic, order.sizes,
                             values ? PluginModel::Way::kValues
                                    : PluginModel::Way::kDescriptors);
                  });
      }
    }
  }
  list->Add("dynamic/symbol_of_two_numbers", {"R-208"}, &SymbolOfTwoNumbers);
}

}  // namespace onnxifi::conformance
