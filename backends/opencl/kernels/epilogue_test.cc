// Random products with random element-wise nodes behind them: in the product's
// kernel these give, bit for bit, what they give in kernels of their own.
#include "backends/opencl/kernels/epilogue.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/fusion/epilogue.h"
#include "backends/common/fusion/passes.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/fuse.h"
#include "backends/opencl/testing/device_graph.h"
#include "backends/opencl/testing/float_graph.h"
#include "backends/opencl/testing/random_graph.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::ValueId;

// Products with the one activation that they take.
Status ProductsAlone(Graph& graph) {
  graph::RemoveDeadNodes(graph);
  GraphEditor editor(graph);
  FuseConvTails(editor);
  FuseMatMulTails(editor);
  editor.Finish();
  return Status::Ok();
}

Status WithEpilogues(Graph& graph) {
  ONNXIFI_RETURN_IF_ERROR(ProductsAlone(graph));
  GraphEditor editor(graph);
  FuseElements(editor);
  FuseProducts(editor);
  editor.Finish();
  return Status::Ok();
}

void SetAttribute(Node& node, const char* name, graph::Attribute::Kind kind,
                  const std::function<void(graph::Attribute&)>& set) {
  graph::Attribute attribute;
  attribute.name = name;
  attribute.kind = kind;
  set(attribute);
  node.attributes.push_back(std::move(attribute));
}

void SetInts(Node& node, const char* name, std::vector<int64_t> ints) {
  SetAttribute(node, name, graph::Attribute::Kind::kInts,
               [&](graph::Attribute& to) { to.ints = std::move(ints); });
}

void SetInt(Node& node, const char* name, int64_t value) {
  SetAttribute(node, name, graph::Attribute::Kind::kInt,
               [&](graph::Attribute& to) { to.i = value; });
}

void SetFloat(Node& node, const char* name, float value) {
  SetAttribute(node, name, graph::Attribute::Kind::kFloat,
               [&](graph::Attribute& to) { to.f = value; });
}

class RandomProduct : public RandomGraph {
 public:
  RandomProduct(unsigned seed, bool has_double)
      : RandomGraph(seed, has_double) {
    const DataType types[] = {DataType::kFloat16, DataType::kBfloat16,
                              has_double ? DataType::kDouble : DataType::kFloat,
                              DataType::kFloat};
    type_ = Below(4) == 0 ? types[Below(4)] : DataType::kFloat;
    switch (Below(5)) {
      case 0:
        MakeMatMul();
        break;
      case 1:
        MakeGemm();
        break;
      default:
        MakeConv();
    }
    full_ = At(product_).dims;
    for (int i = Below(3); i >= 0; --i) AddOperand();
    ValueId x = product_;
    for (int i = Below(6); i >= 0; --i) {
      x = AddElement(Below(3) == 0 ? AnyValue() : x);
    }
    // Of the product's shape and type again.
    x = Op(Below(2) == 0 ? "Add" : "Mul", type_, {Typed(type_), product_});
    if (Below(2) == 0) x = Op("Max", type_, {x, Typed(type_)});
    graph_.outputs = {x};
  }

 private:
  ValueId Weights(const Shape& dims) {
    return Below(4) == 0 ? AddInput(type_, dims, false)
                         : AddConstant(type_, dims);
  }
  bool Some() { return Below(2) == 0; }

  void MakeConv() {
    const int rank = Below(4) == 0 ? (Some() ? 1 : 3) : 2;
    const int groups = Some() ? 1 : 1 + Below(20);
    const int in = groups * (groups > 1 && Some() ? 1 : 1 + Below(5));
    const int out = groups * (in == groups && Some() ? 1 : 1 + Below(9));
    Shape x = {1 + Below(2), in};
    Shape w = {groups == 1 ? 1 + Below(40) : out, in / groups};
    Shape y = {x[0], w[0]};
    std::vector<int64_t> strides, dilations, begins, ends;
    const bool dense = Below(3) == 0;  // 1 x 1
    for (int d = 0; d < rank; ++d) {
      const int k = dense ? 1 : 1 + Below(3);
      const int dilation = k == 1 ? 1 : 1 + Below(2);
      const int reach = (k - 1) * dilation + 1;
      x.push_back(reach + Below(rank == 3 ? 5 : 12));
      w.push_back(k);
      strides.push_back(dense ? 1 : 1 + Below(2));
      dilations.push_back(dilation);
      begins.push_back(dense ? 0 : Below(3));
      ends.push_back(dense ? 0 : Below(3));
      const auto at = static_cast<size_t>(d);
      y.push_back((x.back() + begins[at] + ends[at] - reach) / strides[at] + 1);
    }
    std::vector<ValueId> inputs = {AddInput(type_, x, false), Weights(w)};
    if (Some()) inputs.push_back(AddConstant(type_, {w[0]}));
    Node& node = AddNode("Conv", std::move(inputs), type_, y);
    begins.insert(begins.end(), ends.begin(), ends.end());
    SetInts(node, "pads", begins);
    SetInts(node, "strides", strides);
    SetInts(node, "dilations", dilations);
    SetInt(node, "group", groups);
    Finish(node.outputs[0]);
  }

  void MakeMatMul() {
    const int64_t m = 1 + Below(20);
    const int64_t k = 1 + Below(30);
    const int64_t n = 1 + Below(80);
    Shape a;
    Shape b;
    Shape y;
    for (int i = Below(3); i > 0; --i) {
      y.push_back(1 + Below(3));
      a.push_back(Below(3) == 0 ? 1 : y.back());
      b.push_back(a.back() == 1 || Some() ? y.back() : 1);
    }
    if (Some()) b.clear();
    if (b.empty()) y = a;
    const bool a_vector = a.empty() && Below(5) == 0;
    const bool b_vector = b.empty() && Below(5) == 0;
    if (!a_vector) a.push_back(m), y.push_back(m);
    a.push_back(k);
    b.push_back(k);
    if (!b_vector) b.push_back(n), y.push_back(n);
    const ValueId first = AddInput(type_, a, false);
    Finish(AddNode("MatMul", {first, Weights(b)}, type_, y).outputs[0]);
  }

  void MakeGemm() {
    const int64_t m = 1 + Below(20);
    const int64_t k = 1 + Below(30);
    const int64_t n = 1 + Below(80);
    const bool ta = Some();
    const bool tb = Some();
    std::vector<ValueId> inputs = {
        AddInput(type_, ta ? Shape{k, m} : Shape{m, k}, false),
        Weights(tb ? Shape{n, k} : Shape{k, n})};
    if (Some()) {
      const Shape shapes[] = {{n}, {m, n}, {m, 1}, {1}};
      inputs.push_back(AddInput(type_, shapes[Below(4)], false));
    }
    Node& node = AddNode("Gemm", std::move(inputs), type_, {m, n});
    SetInt(node, "transA", ta ? 1 : 0);
    SetInt(node, "transB", tb ? 1 : 0);
    if (Some()) SetFloat(node, "alpha", 0.3f);
    if (Some()) SetFloat(node, "beta", 1.7f);
    Finish(node.outputs[0]);
  }

  // Sometimes with an activation that becomes a part of the product.
  void Finish(ValueId product) {
    product_ = Below(4) == 0 ? Op("Relu", type_, {product}) : product;
    first_ = product_;
  }

  DataType type_ = DataType::kFloat;
  ValueId product_ = 0;
};

size_t Epilogues(const Graph& graph) {
  size_t count = 0;
  for (const Node& node : graph.nodes) count += EpilogueOf(node) != nullptr;
  return count;
}

using EpilogueTest = DeviceGraphTest;

TEST_F(EpilogueTest, RandomProductsGiveTheSameBits) {
  const unsigned count = TestGraphs(40);
  size_t fused = 0;
  for (unsigned seed = 1; seed <= count; ++seed) {
    const RandomProduct random(seed, device_->facts().has_double);
    SCOPED_TRACE(StrCat("seed ", seed));
    ExpectSame(random.graph(), random.shapes(), random.feeds(), &ProductsAlone,
               &WithEpilogues);
    Graph graph = random.graph();
    ASSERT_TRUE(WithEpilogues(graph).ok());
    fused += Epilogues(graph);
  }
  EXPECT_GT(fused * 2, count);
}

}  // namespace
}  // namespace onnxifi::opencl
