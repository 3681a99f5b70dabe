#include "backends/common/graph_compiler.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "backends/common/testing/op_tester.h"

namespace onnxifi {
namespace {

using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::Value;
using graph::ValueId;

int g_add_one_runs = 0;

size_t Count(const TensorDesc& desc) {
  return *DescBytes(desc) / sizeof(float);
}

// out = in + 1, in place when allowed.
onnxStatus RunAddOne(const void* state, const RunArgs& args) {
  ++g_add_one_runs;
  const size_t count = *static_cast<const size_t*>(state);
  const float* in = static_cast<const float*>(args.in[0]);
  float* out = static_cast<float*>(args.out[0]);
  for (size_t i = 0; i < count; ++i) out[i] = in[i] + 1;
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareAddOne(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.AllowInPlace(0, 0);
  ctx.SetStepState(&RunAddOne, Count(ctx.in(0)));
  return Status::Ok();
}

// out = a + b.
onnxStatus RunSum(const void* state, const RunArgs& args) {
  const size_t count = *static_cast<const size_t*>(state);
  for (size_t i = 0; i < count; ++i) {
    static_cast<float*>(args.out[0])[i] =
        static_cast<const float*>(args.in[0])[i] +
        static_cast<const float*>(args.in[1])[i];
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareSum(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStepState(&RunSum, Count(ctx.in(0)));
  return Status::Ok();
}

int g_copied_parts = 0;

// Joins two equal 1-D tensors, without a copy where they are in place.
onnxStatus RunJoin(const void* state, const RunArgs& args) {
  const size_t bytes = *static_cast<const size_t*>(state);
  for (size_t i = 0; i < 2; ++i) {
    char* const to = static_cast<char*>(args.out[0]) + i * bytes;
    if (args.in[i] == to) continue;
    ++g_copied_parts;
    std::memcpy(to, args.in[i], bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareJoin(PrepareContext& ctx) {
  TensorDesc out = ctx.in(0);
  out.dims[0] *= 2;
  const size_t bytes = *DescBytes(ctx.in(0));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, out));
  ctx.PlaceInput(0, 0, 0);
  ctx.PlaceInput(1, 0, bytes);
  ctx.SetStepState(&RunJoin, bytes);
  return Status::Ok();
}

Status PrepareFlat(PrepareContext& ctx) {
  int64_t count = 1;
  for (const int64_t dim : ctx.in(0).dims) count *= dim;
  return ctx.AliasOutput(0, 0, {count});
}

Status PrepareShape(PrepareContext& ctx) {
  const Shape& dims = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::NewTensor tensor,
      graph::MakeTensor(DataType::kInt64, {static_cast<int64_t>(dims.size())}));
  std::memcpy(tensor.data, dims.data(), dims.size() * sizeof(int64_t));
  return ctx.SetConstantOutput(0, tensor.tensor);
}

// Takes its output shape from a known input, as Reshape does.
Status PrepareReshape(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, ctx.ConstantInts(1));
  return ctx.AliasOutput(0, 0, std::move(dims));
}

onnxStatus RunFail(const void*, const RunArgs&) {
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

Status PrepareFail(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStep(&RunFail, nullptr);
  return Status::Ok();
}

constexpr OpKernel kTestKernels[] = {
    {.op = "AddOne", .prepare = &PrepareAddOne},
    {.op = "Sum2", .prepare = &PrepareSum},
    {.op = "Join", .prepare = &PrepareJoin},
    {.op = "Flat", .prepare = &PrepareFlat},
    {.op = "Shape", .prepare = &PrepareShape},
    {.op = "Reshape", .prepare = &PrepareReshape},
    {.op = "Fail", .prepare = &PrepareFail},
};
const OpTable kTable = {kTestKernels, std::size(kTestKernels)};
const OpTable* const kTables[] = {&kTable, nullptr};

// Builds small graphs of float tensors by value name.
class GraphMaker {
 public:
  ValueId Id(const std::string& name) {
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      if (graph_.values[i].name == name) return static_cast<ValueId>(i);
    }
    Value value;
    value.name = name;
    value.kind = Value::Kind::kTensor;
    value.type = DataType::kFloat;
    graph_.values.push_back(value);
    return static_cast<ValueId>(graph_.values.size()) - 1;
  }
  GraphMaker& Input(const std::string& name, Shape dims) {
    const ValueId id = Id(name);
    graph_.value(id).has_shape = true;
    graph_.value(id).dims = std::move(dims);
    graph_.inputs.push_back(id);
    return *this;
  }
  GraphMaker& Op(const std::string& op, std::vector<std::string> inputs,
                 const std::string& output) {
    Node node;
    node.name = op + "_" + output;
    node.op_type = op;
    node.opset = 13;
    for (const std::string& input : inputs) node.inputs.push_back(Id(input));
    node.outputs.push_back(Id(output));
    graph_.nodes.push_back(node);
    return *this;
  }
  GraphMaker& Output(const std::string& name) {
    graph_.outputs.push_back(Id(name));
    return *this;
  }
  Result<std::unique_ptr<CompiledGraph>> Compile() {
    return GraphCompiler::Create(graph_, OpRegistry(kTables), {}, pool_);
  }
  ThreadPool pool_{1};
  Graph graph_;
};

TEST(GraphCompilerTest, ChainRunsInPlaceIntoTheOutput) {
  GraphMaker maker;
  maker.Input("x", {4}).Op("AddOne", {"x"}, "a").Op("AddOne", {"a"}, "b");
  maker.Op("AddOne", {"b"}, "y").Output("y");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok()) << compiled.status().message();
  auto executable = (*compiled)->Specialize({{4}});
  ASSERT_TRUE(executable.ok());
  const auto* program = dynamic_cast<FlatProgram*>(executable->get());
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(program->step_count(), 3u);
  EXPECT_EQ(program->arena_bytes(), 0u);
  const float x[4] = {1, 2, 3, 4};
  float y[4] = {};
  const void* in[] = {x};
  void* out[] = {y};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y[0], 4);
  EXPECT_EQ(y[3], 7);
  EXPECT_EQ(x[0], 1);
}

TEST(GraphCompilerTest, AValueReadLaterIsNotOverwritten) {
  GraphMaker maker;
  maker.Input("x", {2}).Op("AddOne", {"x"}, "a").Op("AddOne", {"a"}, "b");
  maker.Op("Sum2", {"a", "b"}, "y").Output("y");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{2}});
  ASSERT_TRUE(executable.ok());
  const float x[2] = {1, 10};
  float y[2] = {};
  const void* in[] = {x};
  void* out[] = {y};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y[0], 5);
  EXPECT_EQ(y[1], 23);
}

TEST(GraphCompilerTest, NestedJoinsCopyOnlyTheGraphInput) {
  GraphMaker maker;
  maker.Input("x", {2}).Op("AddOne", {"x"}, "a").Op("AddOne", {"a"}, "b");
  maker.Op("Join", {"a", "b"}, "ab").Op("AddOne", {"ab"}, "c");
  maker.Op("Join", {"ab", "c"}, "y").Output("y");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{2}});
  ASSERT_TRUE(executable.ok());
  g_copied_parts = 0;
  const float x[2] = {0, 10};
  float y[8] = {};
  const void* in[] = {x};
  void* out[] = {y};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(g_copied_parts, 0);
  const std::vector<float> expected = {1, 11, 2, 12, 2, 12, 3, 13};
  EXPECT_EQ(std::vector<float>(y, y + 8), expected);
}

TEST(GraphCompilerTest, InputsAndSharedBuffersReachOutputsByCopy) {
  GraphMaker maker;
  maker.Input("x", {2, 2}).Op("Flat", {"x"}, "f").Op("AddOne", {"x"}, "a");
  maker.Op("Flat", {"a"}, "g").Output("f").Output("a").Output("g");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{2, 2}});
  ASSERT_TRUE(executable.ok());
  EXPECT_EQ((*executable)->output_shapes()[2], Shape({4}));
  const float x[4] = {1, 2, 3, 4};
  float f[4] = {}, a[4] = {}, g[4] = {};
  const void* in[] = {x};
  void* out[] = {f, a, g};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(f[3], 4);
  EXPECT_EQ(a[3], 5);
  EXPECT_EQ(g[3], 5);
}

TEST(GraphCompilerTest, MisalignedBuffersWork) {
  GraphMaker maker;
  maker.Input("x", {3}).Op("AddOne", {"x"}, "y").Output("y");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{3}});
  ASSERT_TRUE(executable.ok());
  const float x[3] = {1, 2, 3};
  alignas(8) char in_bytes[16] = {};
  alignas(8) char out_bytes[16] = {};
  std::memcpy(in_bytes + 1, x, sizeof(x));
  const void* in[] = {in_bytes + 1};
  void* out[] = {out_bytes + 3};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  float y[3];
  std::memcpy(y, out_bytes + 3, sizeof(y));
  EXPECT_EQ(y[2], 4);
  EXPECT_EQ(out_bytes[2], 0);
  EXPECT_EQ(out_bytes[15], 0);
}

TEST(GraphCompilerTest, DynamicShapesArePlannedPerShape) {
  GraphMaker maker;
  maker.Input("x", {-1, 2}).Op("AddOne", {"x"}, "a").Op("Shape", {"x"}, "s");
  maker.Op("Flat", {"a"}, "f").Op("Reshape", {"f", "s"}, "y").Output("y");
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  for (const int64_t rows : {1, 5}) {
    auto executable = (*compiled)->Specialize({{rows, 2}});
    ASSERT_TRUE(executable.ok()) << executable.status().message();
    EXPECT_EQ((*executable)->output_shapes()[0], Shape({rows, 2}));
    std::vector<float> x(static_cast<size_t>(rows) * 2, 1.0f);
    std::vector<float> y(x.size());
    const void* in[] = {x.data()};
    void* out[] = {y.data()};
    ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(y.back(), 2);
  }
}

TEST(GraphCompilerTest, ConstantsAreFoldedOnce) {
  GraphMaker maker;
  const ValueId w = maker.Id("w");
  const float data[2] = {5, 6};
  graph::TensorData tensor;
  tensor.type = DataType::kFloat;
  tensor.dims = {2};
  tensor.data = data;
  tensor.bytes = sizeof(data);
  maker.graph_.value(w).constant = std::make_shared<graph::TensorData>(tensor);
  maker.Input("x", {2}).Op("AddOne", {"w"}, "v").Op("Sum2", {"x", "v"}, "y");
  maker.Output("y");
  g_add_one_runs = 0;
  auto compiled = maker.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{2}});
  ASSERT_TRUE(executable.ok());
  EXPECT_EQ(g_add_one_runs, 1);
  const float x[2] = {1, 2};
  float y[2] = {};
  const void* in[] = {x};
  void* out[] = {y};
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(g_add_one_runs, 1);
  EXPECT_EQ(y[1], 9);
}

TEST(GraphCompilerTest, FailuresNameTheNode) {
  GraphMaker unknown;
  unknown.Input("x", {1}).Op("Nope", {"x"}, "y").Output("y");
  const auto refused = unknown.Compile();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_NE(refused.status().message().find("Nope_y"), std::string::npos);

  GraphMaker dynamic;
  dynamic.Input("x", {4}).Input("s", {1}).Op("Reshape", {"x", "s"}, "y");
  dynamic.Output("y");
  const auto late = dynamic.Compile();
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.status().code(), ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  EXPECT_NE(late.status().message().find("Reshape_y"), std::string::npos);

  GraphMaker failing;
  failing.Input("x", {1}).Op("Fail", {"x"}, "y").Output("y");
  auto compiled = failing.Compile();
  ASSERT_TRUE(compiled.ok());
  auto executable = (*compiled)->Specialize({{1}});
  ASSERT_TRUE(executable.ok());
  const float x[1] = {1};
  float y[1];
  const void* in[] = {x};
  void* out[] = {y};
  EXPECT_EQ((*executable)->Run(in, out), ONNXIFI_STATUS_INTERNAL_ERROR);
}

// What a kernel cannot compute of known values is the model's mistake.
TEST(GraphCompilerTest, FailureOnKnownValuesIsOfTheModel) {
  GraphMaker maker;
  maker.Input("x", {1}).Op("Shape", {"x"}, "s").Op("Fail", {"s"}, "t");
  maker.Op("Reshape", {"x", "t"}, "y").Output("y");
  const Status status = maker.Compile().status();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL) << status.message();
  EXPECT_NE(status.message().find("Fail_t"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace onnxifi
