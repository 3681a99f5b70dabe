// Interface 1.1: how runs on values end, beside other runs and releases.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

// Of a graph with one input.
onnxRunValuesArguments RunOf(onnxGraph graph, const onnxValue* input,
                             onnxReceiveValueCallback receive, void* context) {
  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  run.inputsCount = 1;
  run.graph = graph;
  run.inputs = input;
  run.receive = receive;
  run.receiveContext = context;
  return run;
}

using namespace models;  // NOLINT: short names in tests

TEST_F(ValuesTest, R_ext_16_TheBindingIsAnotherMatter) {
  onnxGraph graph = NewGraph(models::Scalar());
  const float x = 3;
  float y = 0;
  ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  std::vector<Received> out;
  EXPECT_EQ(Run(graph, {TestValue::Floats("x", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 0);
  EXPECT_NE(Run(graph, {TestValue::Floats("z", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent gate = NewEvent();
  onnxEvent done = AbiTest::Run(graph, gate);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 3);
}

TEST_F(ValuesTest, R_ext_19_FailedRunsDeliverNothing) {
  const struct {
    onnxGraph graph;
    TestValue x;
  } kRows[] = {
      {NewGraph(models::Scalar()), TestValue::Floats("x", {}, {1})},
      {NewValueGraph(StringIdentity()), TestValue::Strings("x", {1}, {"s"})}};
  std::vector<Received> out;
  for (const auto& row : kRows) {
    Fake().run_status = ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_BACKEND_UNAVAILABLE)
        << LastError();
    EXPECT_TRUE(out.empty());
    Fake().run_status = ONNXIFI_STATUS_NO_DEVICE_MEMORY;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_NO_DEVICE_MEMORY)
        << LastError();
    Fake().run_status = ONNXIFI_STATUS_SUCCESS;
    Fake().throw_in_run = true;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_INTERNAL_ERROR)
        << LastError();
    EXPECT_TRUE(out.empty());
    Fake().throw_in_run = false;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    EXPECT_EQ(out.size(), 1u);
  }
  // By value the reason gets through as it is.
  onnxGraph graph = kRows[1].graph;
  Fake().run_status = ONNXIFI_STATUS_MISMATCHING_SHAPE;
  EXPECT_EQ(Run(graph, {TestValue::Strings("x", {1}, {"s"})}, &out),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(LastError().find("told to fail"), std::string::npos) << LastError();
  Fake().run_status = ONNXIFI_STATUS_SUCCESS;
  Fake().forget_output = true;
  EXPECT_EQ(Run(graph, {TestValue::Strings("x", {1}, {"s"})}, &out),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_TRUE(out.empty());
}

// Runs "two" with a receiver that answers `answer` to its first output.
struct Answer {
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  bool throws = false;
  int calls = 0;
};
onnxStatus GiveAnswer(void* context, uint32_t, const onnxValue*) {
  auto* answer = static_cast<Answer*>(context);
  ++answer->calls;
  if (answer->throws) throw std::runtime_error("from the client");
  return answer->answer;
}

TEST_F(ValuesTest, R_ext_20_TheReceiverCanEndTheCall) {
  const TestValue x = TestValue::Floats("x", {4}, {1, 2, 3, 4});
  const onnxValue input = x.Get();
  Answer answer;
  const onnxRunValuesArguments run =
      RunOf(NewGraph(models::Two()), &input, &GiveAnswer, &answer);
  const struct {
    onnxStatus answer;
    onnxStatus status;
  } kRows[] = {
      {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
      {ONNXIFI_STATUS_UNSUPPORTED_SHAPE, ONNXIFI_STATUS_UNSUPPORTED_SHAPE},
      {ONNXIFI_STATUS_FALLBACK, ONNXIFI_STATUS_INTERNAL_ERROR},
      {12345, ONNXIFI_STATUS_INTERNAL_ERROR},
      {-1, ONNXIFI_STATUS_INTERNAL_ERROR}};
  for (const auto& row : kRows) {
    answer = {row.answer, false, 0};
    EXPECT_EQ(table_->runValues(&run), row.status);
    EXPECT_EQ(answer.calls, 1);
    EXPECT_NE(LastError().find("'p'"), std::string::npos) << LastError();
  }
  answer = {ONNXIFI_STATUS_SUCCESS, true, 0};
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INTERNAL_ERROR);
  answer = {};
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.calls, 2);
}

TEST_F(ValuesTest, R_ext_17_RunsOfBothKindsDoNotOverlap) {
  onnxGraph graph = NewGraph(models::Scalar());
  Fake().run_sleep_us = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Received> out;
      for (int i = 0; i < 100; ++i) {
        const auto x = static_cast<float>(1000 * t + i);
        if (t % 2 == 0) {
          ASSERT_EQ(Run(graph, {TestValue::Floats("x", {}, {x})}, &out),
                    ONNXIFI_STATUS_SUCCESS);
          ASSERT_EQ(out[0].floats(), std::vector<float>{x});
          continue;
        }
        float y = -1;
        const Tensor in = {"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x};
        const Tensor result = {"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y};
        const auto in_descriptor = in.Descriptor();
        const auto out_descriptor = result.Descriptor();
        onnxMemoryFenceV1 fence = EventFence();
        ASSERT_EQ(onnxSetIOAndRunGraph(graph, 1, &in_descriptor, 1,
                                       &out_descriptor, &fence),
                  ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(y, x);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Fake().started, 600);
  EXPECT_FALSE(Fake().overlapped);
}

TEST_F(ValuesTest, AGatedRunHoldsNothingBack) {
  onnxGraph graph = NewGraph(models::Scalar());
  const float x = 3;
  float y = 0;
  ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent gate = NewEvent();
  onnxEvent done = AbiTest::Run(graph, gate);
  std::vector<Received> out;
  EXPECT_EQ(Run(graph, {TestValue::Floats("x", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 3);
}

TEST_F(ValuesTest, R_ext_18_ReleaseWaitsForTheCall) {
  onnxGraph graph = nullptr;
  ASSERT_EQ(Init(StringIdentity(), &graph), ONNXIFI_STATUS_SUCCESS);
  struct Slow {
    std::atomic<bool> receiving{false};
    std::atomic<bool> released{false};
    bool too_early = false;
  } slow;
  const TestValue x = TestValue::Strings("x", {1}, {"s"});
  const onnxValue input = x.Get();
  onnxRunValuesArguments run = RunOf(graph, &input, nullptr, &slow);
  run.receive = [](void* context, uint32_t, const onnxValue* value) {
    auto* seen = static_cast<Slow*>(context);
    seen->receiving = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    seen->too_early = seen->released;
    return value->dataSize == sizeof(onnxStringView)
               ? onnxStatus{ONNXIFI_STATUS_SUCCESS}
               : onnxStatus{ONNXIFI_STATUS_INTERNAL_ERROR};
  };
  std::thread runner(
      [&] { EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS); });
  while (!slow.receiving) std::this_thread::yield();
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  slow.released = true;
  runner.join();
  EXPECT_FALSE(slow.too_early);
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_GRAPH);
}

// Inside its receiver a client may run the graph again and release it.
struct Inner {
  const onnxPluginInterface* table = nullptr;
  onnxRunValuesArguments run = {};
  onnxStatus status = -1;
};

onnxStatus RunAndRelease(void* context, uint32_t, const onnxValue*) {
  auto* inner = static_cast<Inner*>(context);
  onnxRunValuesArguments again = inner->run;
  again.receive = [](void*, uint32_t, const onnxValue*) -> onnxStatus {
    return ONNXIFI_STATUS_SUCCESS;
  };
  inner->status = inner->table->runValues(&again);
  return onnxReleaseGraph(inner->run.graph);
}

TEST_F(ValuesTest, R_ext_18_TheReceiverMayReleaseTheGraph) {
  for (const std::string& model : {StringIdentity(), models::Scalar()}) {
    Inner inner;
    inner.table = table_;
    const TestValue x = model == models::Scalar()
                            ? TestValue::Floats("x", {}, {1})
                            : TestValue::Strings("x", {1}, {"s"});
    const onnxValue input = x.Get();
    inner.run = RunOf(nullptr, &input, &RunAndRelease, &inner);
    ASSERT_EQ(Init(model, &inner.run.graph), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(table_->runValues(&inner.run), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    EXPECT_EQ(inner.status, ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(table_->runValues(&inner.run), ONNXIFI_STATUS_INVALID_GRAPH);
  }
}

}  // namespace
}  // namespace onnxifi::testing
