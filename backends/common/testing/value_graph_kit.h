#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_VALUE_GRAPH_KIT_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_VALUE_GRAPH_KIT_H_

// Small kernels of every sort and a maker of graphs of them, for the tests of
// graphs that run value by value.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/evaluate_context.h"
#include "backends/common/value_graph.h"

namespace onnxifi::testing {

using graph::DataType;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Shape;
using graph::TensorPtr;
using graph::Value;
using graph::ValueId;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

// How often Reshape was prepared and the dice were thrown.
inline int g_prepared = 0;
inline int g_random = 0;

inline size_t Bytes(const TensorDesc& desc) { return *DescBytes(desc); }

inline Reject TypedOnly(const NodeView& n) {
  return n.input_type(0) == DataType::kUndefined
             ? Reject(RejectReason::kDataType, "untyped")
             : Reject();
}

inline onnxStatus RunAddOne(const void* state, const RunArgs& args) {
  const size_t count = *static_cast<const size_t*>(state) / sizeof(float);
  for (size_t i = 0; i < count; ++i) {
    static_cast<float*>(args.out[0])[i] =
        static_cast<const float*>(args.in[0])[i] + 1;
  }
  return ONNXIFI_STATUS_SUCCESS;
}
inline Status PrepareAddOne(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStepState(&RunAddOne, Bytes(ctx.in(0)));
  return Status::Ok();
}

// Moves elements of any type, so strings too.
inline onnxStatus RunCopy(const void* state, const RunArgs& args) {
  std::memcpy(args.out[0], args.in[0], *static_cast<const size_t*>(state));
  return ONNXIFI_STATUS_SUCCESS;
}
inline Status PrepareCopy(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStepState(&RunCopy, Bytes(ctx.in(0)));
  return Status::Ok();
}

// Writes strings that its state owns.
struct Words {
  std::vector<std::string> strings;
};
inline onnxStatus RunWords(const void* state, const RunArgs& args) {
  const auto& words = static_cast<const Words*>(state)->strings;
  for (size_t i = 0; i < words.size(); ++i) {
    static_cast<graph::StringRef*>(args.out[0])[i] = words[i];
  }
  return ONNXIFI_STATUS_SUCCESS;
}
inline Status PrepareWords(PrepareContext& ctx) {
  const auto count = static_cast<size_t>(ctx.in(0).dims[0]);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kString, ctx.in(0).dims}));
  Words words;
  for (size_t i = 0; i < count; ++i) {
    words.strings.push_back("word number " + std::to_string(i) + " of many");
  }
  ctx.SetStepState(&RunWords, std::move(words));
  return Status::Ok();
}

inline Status PrepareShape(PrepareContext& ctx) {
  const Shape& dims = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::NewTensor tensor,
      graph::MakeTensor(DataType::kInt64, {static_cast<int64_t>(dims.size())}));
  std::memcpy(tensor.data, dims.data(), dims.size() * sizeof(int64_t));
  return ctx.SetConstantOutput(0, tensor.tensor);
}

inline Reject SupportsReshape(const NodeView& n) {
  return IsShapeComputed(n, 1) ? TypedOnly(n)
                               : Reject(RejectReason::kDynamicShape, "shape");
}
inline Status PrepareReshape(PrepareContext& ctx) {
  ++g_prepared;
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, ctx.ConstantInts(1));
  return ctx.AliasOutput(0, 0, std::move(dims));
}

inline onnxStatus RunFail(const void*, const RunArgs&) {
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}
inline Status PrepareFail(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStep(&RunFail, nullptr);
  return Status::Ok();
}

// A scalar that nobody can know before.
inline onnxStatus RunRandom(const void*, const RunArgs& args) {
  *static_cast<int64_t*>(args.out[0]) = ++g_random;
  return ONNXIFI_STATUS_SUCCESS;
}
inline Status PrepareRandom(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kInt64, {1}}));
  ctx.SetStep(&RunRandom, nullptr);
  return Status::Ok();
}

// The positive elements.
inline Status EvaluatePositive(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in,
                           ctx.Tensor(0, DataType::kFloat));
  if (reinterpret_cast<uintptr_t>(in->data) % alignof(float) != 0) {
    return ctx.Error(ONNXIFI_STATUS_INTERNAL_ERROR, "misaligned");
  }
  Floats kept;
  for (size_t i = 0; i < in->bytes / sizeof(float); ++i) {
    if (Elements<float>(*in)[i] > 0) kept.push_back(Elements<float>(*in)[i]);
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      float* out, ctx.MakeOutput<float>(0, DataType::kFloat,
                                        {static_cast<int64_t>(kept.size())}));
  std::copy(kept.begin(), kept.end(), out);
  return Status::Ok();
}

inline Status EvaluatePair(EvaluateContext& ctx) {
  ctx.SetOutput(0, RunValue::Sequence({ctx.in(0), ctx.in(1)}));
  return Status::Ok();
}
inline Status EvaluateSecond(EvaluateContext& ctx) {
  ctx.SetOutput(0, ctx.in(0).elements.at(1));
  return Status::Ok();
}
inline Status EvaluateNothing(EvaluateContext&) { return Status::Ok(); }

// Runs its body `times` times on its input, keeping the last result.
inline Status EvaluateRepeat(EvaluateContext& ctx) {
  RunValue value = ctx.HasInput(0) ? ctx.in(0) : RunValue();
  for (int64_t i = 0; i < ctx.attrs().Int("times", 1); ++i) {
    std::vector<RunValue> inputs;
    if (ctx.HasInput(0)) inputs.push_back(value);
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                             ctx.RunBody("body", std::move(inputs)));
    value = std::move(results.at(0));
  }
  ctx.SetOutput(0, std::move(value));
  return Status::Ok();
}

// Two rows: numbers are planned, strings evaluated.
inline Reject NumbersOnly(const NodeView& n) {
  const DataType type = n.input_type(0);
  return type != DataType::kFloat ? Reject(RejectReason::kDataType, "type")
                                  : Reject();
}
inline Reject StringsOnly(const NodeView& n) {
  return n.input_type(0) != DataType::kString
             ? Reject(RejectReason::kDataType, "type")
             : Reject();
}
inline Status EvaluateShout(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in,
                           ctx.Tensor(0, DataType::kString));
  std::vector<std::string> strings;
  for (size_t i = 0; i < in->bytes / sizeof(graph::StringRef); ++i) {
    strings.push_back(std::string(Elements<graph::StringRef>(*in)[i]) + "!");
  }
  ctx.SetStrings(0, std::move(strings), in->dims);
  return Status::Ok();
}

inline constexpr OpKernel kTestKernels[] = {
    {.op = "AddOne", .supports = &TypedOnly, .prepare = &PrepareAddOne},
    {.op = "Copy", .prepare = &PrepareCopy},
    {.op = "Words", .prepare = &PrepareWords},
    {.op = "Shape", .prepare = &PrepareShape},
    {.op = "Reshape", .supports = &SupportsReshape, .prepare = &PrepareReshape},
    {.op = "Fail", .prepare = &PrepareFail},
    {.op = "Dice", .prepare = &PrepareRandom, .nondeterministic = true},
    {.op = "Positive", .evaluate = &EvaluatePositive},
    {.op = "Pair", .evaluate = &EvaluatePair},
    {.op = "Second", .evaluate = &EvaluateSecond},
    {.op = "Nothing", .evaluate = &EvaluateNothing},
    {.op = "Repeat", .evaluate = &EvaluateRepeat},
    {.op = "More", .supports = &NumbersOnly, .prepare = &PrepareAddOne},
    {.op = "More", .supports = &StringsOnly, .evaluate = &EvaluateShout},
};
inline constexpr OpTable kTestTable = {kTestKernels, std::size(kTestKernels)};
inline constexpr const OpTable* kTestTables[] = {&kTestTable, nullptr};

inline TensorPtr FloatTensor(Shape dims, const Floats& values) {
  Result<graph::NewTensor> made =
      graph::MakeTensor(DataType::kFloat, std::move(dims));
  std::copy(values.begin(), values.end(), static_cast<float*>(made->data));
  return made->tensor;
}
inline TensorPtr IntTensor(const Ints& values) {
  Result<graph::NewTensor> made = graph::MakeTensor(
      DataType::kInt64, {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), static_cast<int64_t*>(made->data));
  return made->tensor;
}
inline Floats FloatsOf(const RunValue& value) {
  if (!value.is_tensor()) return {-12345};
  const auto* data = Elements<float>(*value.tensor);
  return {data, data + value.tensor->bytes / sizeof(float)};
}

// Builds small graphs by value name; values are float tensors unless said.
class GraphMaker {
 public:
  ValueId Id(const std::string& name) {
    if (name.empty()) return kNoValue;
    for (size_t i = 0; i < graph.values.size(); ++i) {
      if (graph.values[i].name == name) return static_cast<ValueId>(i);
    }
    Value value;
    value.name = name;
    value.kind = Value::Kind::kTensor;
    value.type = DataType::kFloat;
    graph.values.push_back(value);
    return static_cast<ValueId>(graph.values.size()) - 1;
  }
  Value& operator[](const std::string& name) { return graph.value(Id(name)); }
  GraphMaker& Dims(const std::string& name, Shape dims) {
    Value& value = (*this)[name];
    value.has_shape = true;
    value.symbols.assign(dims.size(), "");
    value.dims = std::move(dims);
    return *this;
  }
  GraphMaker& Input(const std::string& name, Shape dims,
                    DataType type = DataType::kFloat) {
    Dims(name, std::move(dims));
    (*this)[name].type = type;
    graph.inputs.push_back(Id(name));
    return *this;
  }
  GraphMaker& Constant(const std::string& name, TensorPtr tensor) {
    Dims(name, tensor->dims);
    (*this)[name].type = tensor->type;
    (*this)[name].constant = std::move(tensor);
    return *this;
  }
  GraphMaker& Op(const std::string& op, const std::vector<std::string>& inputs,
                 const std::string& output) {
    Node node;
    node.name = op + "_" + output;
    node.op_type = op;
    node.opset = 13;
    for (const std::string& input : inputs) node.inputs.push_back(Id(input));
    node.outputs.push_back(Id(output));
    graph.nodes.push_back(node);
    return *this;
  }
  // A body for the last node.
  GraphMaker& Body(const GraphMaker& body, int64_t times = 1) {
    graph::Attribute attribute;
    attribute.name = "body";
    attribute.kind = graph::Attribute::Kind::kGraph;
    attribute.graph = std::make_shared<const Graph>(body.graph);
    graph.nodes.back().attributes.push_back(attribute);
    graph::Attribute count;
    count.name = "times";
    count.kind = graph::Attribute::Kind::kInt;
    count.i = times;
    graph.nodes.back().attributes.push_back(count);
    return *this;
  }
  GraphMaker& Capture(const std::string& name) {
    graph.captures.push_back(Id(name));
    return *this;
  }
  GraphMaker& Output(const std::string& name) {
    graph.outputs.push_back(Id(name));
    return *this;
  }
  Status Compile() {
    Result<std::unique_ptr<CompiledGraph>> made =
        CompileGraph(graph, registry_, {}, pool_);
    if (made.ok()) compiled = std::move(made).value();
    return made.status();
  }
  Status Run(const std::vector<RunValue>& inputs) {
    if (compiled == nullptr) ONNXIFI_RETURN_IF_ERROR(Compile());
    results.clear();
    return compiled->RunValues(scope, inputs, &results);
  }
  Status Run(const std::vector<TensorPtr>& inputs) {
    std::vector<RunValue> values;
    for (const TensorPtr& input : inputs) {
      values.push_back(RunValue::Tensor(input));
    }
    return Run(values);
  }

  Graph graph;
  RunScope scope;
  std::unique_ptr<CompiledGraph> compiled;
  std::vector<RunValue> results;

 private:
  OpRegistry registry_{kTestTables};
  ThreadPool pool_{1};
};

#define EXPECT_OK(expression)                           \
  do {                                                  \
    const Status status_of = (expression);              \
    EXPECT_TRUE(status_of.ok()) << status_of.message(); \
  } while (false)

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_VALUE_GRAPH_KIT_H_
