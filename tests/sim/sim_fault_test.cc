// How simulated devices fail, through libonnxifi.so.1.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "tests/sim/sim_fixture.h"

namespace onnxifi::sim {
namespace {

using client::HostValue;
using graph::DataType;

class SimFaultTest : public SimTest {
 protected:
  // The status of compiling on a device.
  Status Compile(const client::Backend& backend, const std::string& model) {
    return client::CompiledGraph::Compile(backend, Bytes(model)).status();
  }
  // A run of NonZero on values.
  Result<std::vector<HostValue>> RunNonZero(const std::string& device,
                                            client::CompiledGraph& graph) {
    std::vector<HostValue> inputs;
    inputs.push_back(Floats("x", {4}, {0, 1, 0, 2}));
    return graph.RunValues(InterfaceOf(device), inputs);
  }
  client::CompiledGraph CompileNonZero(const std::string& device,
                                       const client::Backend& backend) {
    auto graph = client::CompiledGraph::Compile(backend, Bytes(NonZeroModel()),
                                                InterfaceOf(device));
    EXPECT_TRUE(graph.ok()) << graph.status().message();
    return std::move(graph).value();
  }
};

std::vector<int64_t> IntsOf(const HostValue& value) {
  const auto* data =
      reinterpret_cast<const int64_t*>(value.tensor.bytes().data());
  return {data, data + value.tensor.bytes().size() / sizeof(int64_t)};
}

TEST_F(SimFaultTest, CompilingFailsAtANode) {
  const struct {
    const char* device;
    std::vector<std::string> bad;
    std::vector<std::string> good;
    onnxStatus status;
  } kCases[] = {
      {"sim at node",
       {"Relu", "Neg"},
       {"Neg"},
       ONNXIFI_STATUS_NO_DEVICE_RESOURCES},
      {"sim at operator",
       {"Relu", "Exp"},
       {"Relu", "Neg"},
       ONNXIFI_STATUS_UNSUPPORTED_SHAPE},
      {"sim at index",
       {"Relu", "Exp", "Neg"},
       {"Relu", "Exp"},
       ONNXIFI_STATUS_INTERNAL_ERROR},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.device);
    const client::Backend backend = Open(c.device);
    const Status status = Compile(backend, UnaryModel(c.bad));
    EXPECT_EQ(status.code(), c.status);
    EXPECT_NE(status.message().find("node" + std::to_string(c.bad.size() - 1)),
              std::string::npos)
        << status.message();
    // Claims do not tell of it.
    EXPECT_EQ(Check(c.device, UnaryModel(c.bad)), ONNXIFI_STATUS_SUCCESS);
    EXPECT_TRUE(Compile(backend, UnaryModel(c.good)).ok());
  }
}

TEST_F(SimFaultTest, ADeviceThatGoesWhileCompilingIsGone) {
  const client::Backend backend = Open("sim gone at compile");
  EXPECT_TRUE(Compile(backend, UnaryModel({"Neg"})).ok());
  EXPECT_EQ(Compile(backend, UnaryModel({"Exp"})).code(),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(Compile(backend, UnaryModel({"Neg"})).code(),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
}

TEST_F(SimFaultTest, ConstantsFillTheDevice) {
  const client::Backend backend = Open("sim small");  // 40 bytes
  {
    auto first = client::CompiledGraph::Compile(backend, Bytes(WeightModel()));
    ASSERT_TRUE(first.ok()) << first.status().message();
    const Status second = Compile(backend, WeightModel());
    EXPECT_EQ(second.code(), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
    EXPECT_NE(second.message().find("40 bytes for constants, of which 24"),
              std::string::npos)
        << second.message();
    EXPECT_TRUE(Compile(backend, UnaryModel({"Neg"})).ok());
  }
  // Released; and a failed attempt holds nothing.
  EXPECT_TRUE(Compile(backend, WeightModel()).ok());
  EXPECT_TRUE(Compile(backend, WeightModel()).ok());
}

TEST_F(SimFaultTest, ALostDeviceStaysLost) {
  const client::Backend backend = Open("sim lost");
  BoundGraph first = Unary(backend, {"Relu"});
  BoundGraph second = Unary(backend, {"Exp"});
  EXPECT_TRUE(first.Run().ok());
  EXPECT_TRUE(second.Run().ok());  // runs of all graphs are counted
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(first.Run().code(), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
    EXPECT_EQ(second.Run().code(), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  }
  EXPECT_EQ(Compile(backend, UnaryModel({"Relu"})).code(),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(Compile(Open("sim lost"), UnaryModel({"Relu"})).code(),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  std::vector<Answer> answers;
  EXPECT_EQ(Query("sim lost", UnaryModel({"Relu"}), &answers),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_TRUE(answers.empty());
  // The other devices of the plugin have nothing to do with it.
  const client::Backend other = Open("sim plain");
  BoundGraph third = Unary(other, {"Relu"});
  EXPECT_TRUE(third.Run().ok());
  EXPECT_EQ(third.floats(), Expected({"Relu"}));
}

TEST_F(SimFaultTest, ALostDeviceByValue) {
  const client::Backend backend = Open("sim lost values");
  client::CompiledGraph graph = CompileNonZero("sim lost values", backend);
  EXPECT_TRUE(RunNonZero("sim lost values", graph).ok());
  for (int i = 0; i < 2; ++i) {
    const auto lost = RunNonZero("sim lost values", graph);
    EXPECT_EQ(lost.status().code(), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
    EXPECT_NE(lost.status().message().find("'sim lost values' is lost"),
              std::string::npos)
        << lost.status().message();
  }
}

TEST_F(SimFaultTest, ThreadsLoseADeviceAtTheSameRun) {
  const client::Backend backend = Open("sim lost threads");  // at run 200
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      BoundGraph graph = Unary(backend, {"Relu"});
      Status status = graph.Run();
      for (int i = 0; i < 1000 && status.ok(); ++i) {
        ++good;
        status = graph.Run();
      }
      EXPECT_EQ(status.code(), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 199);
}

TEST_F(SimFaultTest, ARunWithoutMemoryIsNotTheLast) {
  const client::Backend backend = Open("sim short");
  BoundGraph graph = Unary(backend, {"Exp"});
  ASSERT_TRUE(graph.status().ok()) << graph.status().message();
  EXPECT_TRUE(graph.Run().ok());
  const Status status = graph.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_NE(status.message().find("too little memory"), std::string::npos)
      << status.message();
  EXPECT_TRUE(graph.Run().ok());
  EXPECT_EQ(graph.floats(), Expected({"Exp"}));
}

TEST_F(SimFaultTest, ARunOnValuesWithoutMemoryIsNotTheLast) {
  const client::Backend backend = Open("sim short values");
  client::CompiledGraph graph = CompileNonZero("sim short values", backend);
  EXPECT_TRUE(RunNonZero("sim short values", graph).ok());
  EXPECT_EQ(RunNonZero("sim short values", graph).status().code(),
            ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  const auto outputs = RunNonZero("sim short values", graph);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(IntsOf((*outputs)[0]), (std::vector<int64_t>{1, 3}));
}

// The same graph behind buffers of a fixed size.
TEST_F(SimFaultTest, ARunIntoBuffersWithoutMemoryIsNotTheLast) {
  const client::Backend backend = Open("sim short buffers");
  std::vector<HostValue> inputs;
  std::vector<HostValue> outputs;
  inputs.push_back(Floats("x", {4}, {0, 1, 0, 2}));
  outputs.push_back(Zeros("y", DataType::kInt64, {1, 2}));
  BoundGraph graph(backend, NonZeroModel(), std::move(inputs),
                   std::move(outputs));
  EXPECT_TRUE(graph.Run().ok());
  EXPECT_EQ(graph.Run().code(), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_TRUE(graph.Run().ok());
  EXPECT_EQ(IntsOf(graph.output(0)), (std::vector<int64_t>{1, 3}));
}

TEST_F(SimFaultTest, ARunThatFailsIsNotTheLast) {
  const client::Backend backend = Open("sim fails");
  BoundGraph graph = Unary(backend, {"Exp"});
  EXPECT_TRUE(graph.Run().ok());
  EXPECT_EQ(graph.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_TRUE(graph.Run().ok());
  EXPECT_EQ(graph.floats(), Expected({"Exp"}));
}

TEST_F(SimFaultTest, AWrongResultIsWrongInItsFirstElement) {
  const std::vector<float> right = Expected({"Exp"});
  const client::Backend backend = Open("sim wrong");
  BoundGraph graph = Unary(backend, {"Exp"});
  for (int run = 1; run <= 3; ++run) {
    ASSERT_TRUE(graph.Run().ok());
    std::vector<float> got = graph.floats();
    uint32_t bits = 0;
    std::memcpy(&bits, got.data(), sizeof(bits));
    if (run == 2) bits = ~bits;
    std::memcpy(got.data(), &bits, sizeof(bits));
    EXPECT_EQ(got, right) << "run " << run;
  }
}

TEST_F(SimFaultTest, AWrongNodeIsWrongInEveryRun) {
  const std::vector<float> right = Expected({"Relu", "Neg"});
  std::vector<float> wrong = right;
  for (float& x : wrong) x += 0.5f;
  const client::Backend backend = Open("sim wrong node");
  BoundGraph graph = Unary(backend, {"Relu", "Neg"});
  for (int run = 1; run <= 2; ++run) {
    ASSERT_TRUE(graph.Run().ok());
    EXPECT_EQ(graph.floats(), wrong);
  }
  BoundGraph without = Unary(backend, {"Relu"});  // no node1
  ASSERT_TRUE(without.Run().ok());
  EXPECT_EQ(without.floats(), Expected({"Relu"}));
  // Nodes behind it compute with what it gives.
  BoundGraph more = Unary(backend, {"Relu", "Neg", "Abs"});
  ASSERT_TRUE(more.Run().ok());
  for (float& x : wrong) x = std::fabs(x);
  EXPECT_EQ(more.floats(), wrong);
}

TEST_F(SimFaultTest, AnOperatorIsWrongBesideAnotherNode) {
  const client::Backend backend = Open("sim wrong operator");
  BoundGraph two = Unary(backend, {"Relu", "Neg"});
  ASSERT_TRUE(two.Run().ok());
  EXPECT_EQ(two.floats(), Expected({"Relu", "Neg"}));
  BoundGraph three = Unary(backend, {"Neg", "Neg", "Relu"});
  ASSERT_TRUE(three.Run().ok());
  std::vector<float> want = kInput;
  for (float& x : want) x = std::max(-(-x - 2.0f) - 2.0f, 0.0f);
  EXPECT_EQ(three.floats(), want);
}

TEST_F(SimFaultTest, WhatCannotBeMadeWrongIsNotCompiled) {
  const std::string model = wire::ModelBuilder()
                                .Input("x", wire::kFloat, {2})
                                .Output("y", wire::kBool, {2})
                                .Node("IsNaN", {"x"}, {"y"})
                                .Build();
  const client::Backend backend = Open("sim wrong bool");
  const Status status = Compile(backend, model);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_NE(status.message().find("cannot be made wrong"), std::string::npos)
      << status.message();
}

TEST_F(SimFaultTest, AWrongResultByValue) {
  const client::Backend backend = Open("sim wrong values");
  client::CompiledGraph graph = CompileNonZero("sim wrong values", backend);
  for (int run = 1; run <= 3; ++run) {
    const auto outputs = RunNonZero("sim wrong values", graph);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(IntsOf((*outputs)[0]),
              (std::vector<int64_t>{run == 2 ? ~int64_t{1} : 1, 3}));
  }
}

TEST_F(SimFaultTest, AWrongString) {
  const std::string model = wire::ModelBuilder()
                                .Input("x", wire::kString, {2})
                                .Output("y", wire::kString, {2})
                                .Node("Identity", {"x"}, {"y"})
                                .Build();
  const client::Backend backend = Open("sim wrong strings");
  const client::Interface interface = InterfaceOf("sim wrong strings");
  auto graph = client::CompiledGraph::Compile(backend, Bytes(model), interface);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  std::vector<HostValue> inputs;
  inputs.push_back(Zeros("x", DataType::kString, {2}));
  inputs[0].tensor.strings()[0] = "a string that is not kept in place";
  inputs[0].tensor.strings()[1] = "b";
  for (const char* tail : {"?", ""}) {
    const auto outputs = graph->RunValues(interface, inputs);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    const auto strings = (*outputs)[0].tensor.strings();
    ASSERT_EQ(strings.size(), 2u);
    EXPECT_EQ(strings[0],
              std::string("a string that is not kept in place") + tail);
    EXPECT_EQ(strings[1], "b");
  }
}

TEST_F(SimFaultTest, ARunThatHangs) {
  using std::chrono::milliseconds;
  const client::Backend backend = Open("sim hang");
  BoundGraph graph = Unary(backend, {"Exp"});
  ASSERT_TRUE(graph.Run().ok());
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(graph.Run().ok());
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(80));
  EXPECT_EQ(graph.floats(), Expected({"Exp"}));
}

}  // namespace
}  // namespace onnxifi::sim
