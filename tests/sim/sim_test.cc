// What simulated devices claim and compute, through libonnxifi.so.1.
#include <chrono>
#include <cstring>

#include "tests/sim/sim_fixture.h"

namespace onnxifi::sim {
namespace {

using client::HostValue;
using graph::DataType;
using wire::AttrGraph;
using wire::AttrInt;
using wire::ModelBuilder;

constexpr uint32_t kNative = ONNXIFI_SUPPORT_NATIVE;

// All bytes of the outputs of one run.
std::string Outputs(const client::Backend& backend, const std::string& model,
                    std::vector<HostValue> inputs,
                    std::vector<HostValue> outputs) {
  BoundGraph graph(backend, model, std::move(inputs), std::move(outputs));
  const Status status = graph.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  const auto bytes = graph.output(0).tensor.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<HostValue> One(HostValue value) {
  std::vector<HostValue> values;
  values.push_back(std::move(value));
  return values;
}

TEST_F(SimTest, ResultsAreThoseOfTheCpu) {
  const std::string convolution =
      ModelBuilder()
          .Input("x", wire::kFloat, {"N", 1, 5, 5})
          .Output("y", wire::kFloat, {"N", 1, 3, 3})
          .Initializer(wire::TensorOf<float>(
              "w", wire::kFloat, {1, 1, 3, 3},
              {.1f, .2f, .3f, -.4f, .5f, .6f, .7f, -.8f, .9f}))
          .Node("Conv", {"x", "w"}, {"c"})
          .Node("Sigmoid", {"c"}, {"y"})
          .Build();
  std::vector<float> image(50);
  for (size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<float>(i * i % 17) / 8 - 1;
  }
  std::string seen[2];
  for (const bool simulated : {false, true}) {
    const client::Backend backend = Open(simulated ? "sim plain" : kCpu);
    std::string& all = seen[simulated ? 1 : 0];
    for (const int64_t batch : {1, 2, 1}) {
      const std::vector<float> part(image.begin(), image.begin() + 25 * batch);
      all += Outputs(backend, convolution,
                     One(Floats("x", {batch, 1, 5, 5}, part)),
                     One(Zeros("y", DataType::kFloat, {batch, 1, 3, 3})));
    }
    all += Outputs(backend, WeightModel(), One(Floats("x", {2, 3}, kInput)),
                   One(Zeros("y", DataType::kFloat, {2, 3})));
    all += Outputs(backend, NonZeroModel(), One(Floats("x", {4}, {0, 1, 0, 2})),
                   One(Zeros("y", DataType::kInt64, {1, 2})));
  }
  EXPECT_EQ(seen[0].size(), 4u * 9 * 4 + 24 + 16);
  EXPECT_EQ(seen[0], seen[1]);
}

TEST_F(SimTest, InformationIsThatOfTheFile) {
  const onnxBackendID id = Id("sim info");
  const auto number = [&](onnxBackendInfo query) {
    return client::InfoNumber(id, query);
  };
  EXPECT_EQ(number(ONNXIFI_BACKEND_DEVICE_TYPE), ONNXIFI_DEVICE_TYPE_GPU);
  EXPECT_EQ(number(ONNXIFI_BACKEND_MACS_FP32), 11u);
  EXPECT_EQ(number(ONNXIFI_BACKEND_MACS_FP16), 12u);
  EXPECT_EQ(number(ONNXIFI_BACKEND_MEMORY_BANDWIDTH), 13u);
  EXPECT_EQ(number(ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH), 14u);
  EXPECT_EQ(number(ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH), 15u);
  EXPECT_EQ(number(ONNXIFI_BACKEND_MEMORY_SIZE), 16u);
  EXPECT_EQ(client::InfoText(id, ONNXIFI_BACKEND_DEVICE), "simulated sim info");
  // The file does not tell, and a device that stays does not claim otherwise.
  const onnxBackendID plain = Id("sim plain");
  EXPECT_EQ(client::InfoNumber(plain, ONNXIFI_BACKEND_MACS_FP32), std::nullopt);
  EXPECT_EQ(client::InfoNumber(plain, ONNXIFI_BACKEND_DEVICE_TYPE),
            ONNXIFI_DEVICE_TYPE_NPU);
  const auto capability = [&](const char* name, uint64_t bit) {
    return (*client::InfoNumber(Id(name), ONNXIFI_BACKEND_CAPABILITIES) &
            bit) != 0;
  };
  EXPECT_FALSE(capability("sim plain", ONNXIFI_CAPABILITY_HOT_PLUGGABLE));
  EXPECT_TRUE(capability("sim lost", ONNXIFI_CAPABILITY_HOT_PLUGGABLE));
  for (const uint64_t bit : {ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE,
                             ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS}) {
    EXPECT_TRUE(capability("sim plain", bit));
    EXPECT_FALSE(capability("sim picky", bit));
  }
}

std::string OneNode(const char* op, wire::ElemType type,
                    const wire::Dims& dims) {
  return ModelBuilder()
      .Input("x", type, dims)
      .Output("y", type, dims)
      .Node(op, {"x"}, {"y"})
      .Build();
}

std::string ReshapeModel() {
  return ModelBuilder()
      .Input("x", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {3, 2})
      .Initializer(wire::TensorOf<int64_t>("shape", wire::kInt64, {2}, {3, 2}))
      .Node("Reshape", {"x", "shape"}, {"y"})
      .Build();
}

std::string CastModel() {
  return ModelBuilder()
      .Input("x", wire::kFloat, {2})
      .Output("y", wire::kInt64, {2})
      .Node("Cast", {"x"}, {"y"}, {AttrInt("to", wire::kInt64)})
      .Build();
}

TEST_F(SimTest, RefusalsHaveTheirStatus) {
  const char* kPicky = "sim picky";
  const auto relu = [](wire::ElemType type, const wire::Dims& dims) {
    return OneNode("Relu", type, dims);
  };
  using wire::kFloat;
  EXPECT_EQ(Check(kPicky, relu(kFloat, {2, 3, 4})), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Check(kPicky, ReshapeModel()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Check(kPicky, OneNode("Exp", kFloat, {2})),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(Check(kPicky, relu(wire::kInt32, {2})),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_EQ(Check(kPicky, CastModel()), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_EQ(Check(kPicky, relu(kFloat, {1, 2, 3, 4})),
            ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  EXPECT_EQ(Check(kPicky, relu(kFloat, {"N", 2})),
            ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  // The same models are fine elsewhere, and what is refused is not compiled.
  for (const std::string& model :
       {OneNode("Exp", kFloat, {2}), relu(wire::kInt32, {2}), CastModel(),
        relu(kFloat, {1, 2, 3, 4}), relu(kFloat, {"N", 2})}) {
    EXPECT_EQ(Check("sim plain", model), ONNXIFI_STATUS_SUCCESS);
    const client::Backend backend = Open(kPicky);
    const auto graph = client::CompiledGraph::Compile(backend, Bytes(model));
    EXPECT_EQ(graph.status().code(), Check(kPicky, model));
  }
}

TEST_F(SimTest, BodiesHaveToBeSupportedToo) {
  const auto model = [](const char* op) {
    const auto branch = [&](const char* inner) {
      return ModelBuilder()
          .Output("r", wire::kFloat, {2})
          .Node(inner, {"x"}, {"r"})
          .BuildGraph("branch");
    };
    return ModelBuilder()
        .Input("c", wire::kBool, {})
        .Input("x", wire::kFloat, {2})
        .Output("y", wire::kFloat, {2})
        .Node("If", {"c"}, {"y"},
              {AttrGraph("then_branch", branch("Relu")),
               AttrGraph("else_branch", branch(op))})
        .Build();
  };
  EXPECT_EQ(Check("sim no exp", model("Neg")), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Check("sim no exp", model("Exp")),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(Check("sim plain", model("Exp")), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(SimTest, ReasonsNameTheCulprit) {
  const struct {
    const char* device;
    std::string model;
    onnxStatus status;
    const char* reason;
  } kCases[] = {
      {"sim no exp", UnaryModel({"Exp"}), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
       "device 'sim no exp' has no Exp"},
      {"sim picky", OneNode("Relu", wire::kInt32, {2}),
       ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, "int32 input 0"},
      {"sim picky", CastModel(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
       "int64 output 0"},
      {"sim picky", OneNode("Relu", wire::kFloat, {1, 2, 3, 4}),
       ONNXIFI_STATUS_UNSUPPORTED_SHAPE, "rank 4 of input 0, at most 3"},
      {"sim picky", OneNode("Relu", wire::kFloat, {"N", 2}),
       ONNXIFI_STATUS_UNSUPPORTED_SHAPE, "the shape of input 0 is not fixed"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.reason);
    std::vector<Answer> answers;
    ASSERT_EQ(Query(c.device, c.model, &answers), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].support, uint32_t{ONNXIFI_SUPPORT_NONE});
    EXPECT_EQ(answers[0].status, c.status);
    EXPECT_NE(answers[0].reason.find(c.reason), std::string::npos)
        << answers[0].reason;
  }
}

TEST_F(SimTest, CostsAndKindsOfSupport) {
  std::vector<Answer> answers;
  ASSERT_EQ(Query("sim told", UnaryModel({"Relu", "Exp", "Sqrt"}), &answers),
            ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].support, kNative);
  EXPECT_EQ(answers[0].cost_ns, 700);
  EXPECT_EQ(answers[0].workspace_bytes, -1);
  EXPECT_EQ(answers[0].host_inputs, 0u);  // it has no input 5
  EXPECT_EQ(answers[1].support, uint32_t{ONNXIFI_SUPPORT_EMULATED});
  EXPECT_EQ(answers[1].cost_ns, 9);  // 6 elements of 1.5 ns
  EXPECT_EQ(answers[2].support, uint32_t{ONNXIFI_SUPPORT_NONE});
  EXPECT_EQ(answers[2].cost_ns, -1);
  // Without shapes no number of elements; a fixed cost holds all the same.
  answers.clear();
  ASSERT_EQ(Query("sim told", UnaryModel({"Relu", "Neg"}, {"N", 3}), &answers),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answers[0].cost_ns, 700);
  EXPECT_EQ(answers[1].cost_ns, -1);
  // What the file does not tell, and what a device takes longer than it says.
  answers.clear();
  ASSERT_EQ(Query("sim plain", UnaryModel({"Relu"}), &answers),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answers[0].cost_ns, -1);
  ASSERT_EQ(Query("sim slow", UnaryModel({"Relu"}), &answers),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answers[1].cost_ns, 2'000'000);
}

TEST_F(SimTest, HostInputs) {
  std::vector<Answer> answers;
  ASSERT_EQ(Query("sim told", ReshapeModel(), &answers),
            ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Query("sim plain", ReshapeModel(), &answers),
            ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].host_inputs, 2u);
  EXPECT_EQ(answers[1].host_inputs, 0u);
}

TEST_F(SimTest, ConnectedNodesOfAGroup) {
  // 0 Relu - 1 Exp - 2 Neg | 3 Abs | 4 Exp - 5 Relu | 6 Sqrt: refused | 7 Exp
  std::vector<Answer> answers;
  ASSERT_EQ(Query("sim told",
                  UnaryModel({"Relu", "Exp", "Neg", "Abs", "Exp", "Relu",
                              "Sqrt", "Exp"}),
                  &answers),
            ONNXIFI_STATUS_SUCCESS);
  std::vector<int32_t> groups;
  for (const Answer& answer : answers) groups.push_back(answer.group);
  EXPECT_EQ(groups, (std::vector<int32_t>{0, 0, 0, -1, 1, 1, -1, -1}));
  answers.clear();
  ASSERT_EQ(Query("sim plain", UnaryModel({"Relu", "Exp"}), &answers),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answers[0].group, -1);
  EXPECT_EQ(answers[1].group, -1);
}

double RunMs(BoundGraph& graph) {
  const auto start = std::chrono::steady_clock::now();
  const Status status = graph.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - start)
      .count();
}

TEST_F(SimTest, RealTimeIsWaitedFor) {
  const client::Backend backend = Open("sim slow");
  BoundGraph graph = Unary(backend, {"Relu", "Neg"});
  // The start, 24 bytes in, 24 bytes out, and three times what Relu costs.
  constexpr double kLeastMs = 5 + 2.4 + 1.2 + 6;
  for (int i = 0; i < 2; ++i) EXPECT_GE(RunMs(graph), kLeastMs);
  EXPECT_EQ(graph.floats(), Expected({"Relu", "Neg"}));
  // Value by value: 16 bytes in and 16 out.
  const client::Backend values = Open("sim slow values");
  BoundGraph by_value(values, NonZeroModel(),
                      One(Floats("x", {4}, {0, 1, 0, 2})),
                      One(Zeros("y", DataType::kInt64, {1, 2})));
  EXPECT_GE(RunMs(by_value), 5 + 1.6 + 1.6);
}

TEST_F(SimTest, OtherTimeIsNot) {
  const client::Backend backend = Open("sim hurried");
  BoundGraph graph = Unary(backend, {"Relu"});
  EXPECT_LT(RunMs(graph), 25'000);  // half of what it would take
}

}  // namespace
}  // namespace onnxifi::sim
