// Interface 1.1: contexts of a graph, and statistics.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/alloc_failure.h"
#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

class ContextTest : public RunsTest {
 protected:
  struct Buffers {
    float x = 0;
    float y = 0;
  };
  void Bind(onnxGraph graph, Buffers* buffers) {
    EXPECT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &buffers->x}},
                    {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &buffers->y}}),
              ONNXIFI_STATUS_SUCCESS);
  }
  void StartFor(onnxGraph graph, Told* told) {
    onnxStartRunArguments arguments = ArgsFor(told);
    arguments.graph = graph;
    EXPECT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  }
  onnxGraphStatistics StatisticsOf(onnxGraph graph) {
    onnxGraphStatistics statistics = {};
    statistics.structSize = sizeof(statistics);
    const onnxGetStatisticsArguments arguments = {sizeof(arguments), 0, nullptr,
                                                  graph, &statistics};
    EXPECT_EQ(table_->getStatistics(&arguments), ONNXIFI_STATUS_SUCCESS);
    return statistics;
  }
};

TEST_F(ContextTest, R_ext_39_AContextIsAGraphWithABindingOfItsOwn) {
  onnxGraph context = NewContext(graph_);
  ASSERT_NE(context, nullptr);
  EXPECT_NE(context, graph_);
  onnxStartRunArguments unbound = Args();
  unbound.graph = context;
  EXPECT_EQ(Start(unbound), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  Buffers buffers;
  buffers.x = 9;
  Bind(context, &buffers);
  onnxEvent gate = NewEvent();
  ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(AbiTest::Run(context, gate)), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(AbiTest::Run(graph_, gate)), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(buffers.y, 9);
  EXPECT_EQ(y_, 3);
  std::vector<Received> out;
  EXPECT_EQ(ValuesTest::Run(context, {TestValue::Floats("x", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].floats(), std::vector<float>{4});
  // A context of a context is one of the graph.
  Bind(NewContext(context), &buffers);
  EXPECT_EQ(ErrorOf(nullptr).status, ONNXIFI_STATUS_UNIDENTIFIED_NAME);
}

TEST_F(ContextTest, R_ext_40_RunsOverlapWhenTheBackendCan) {
  Fake().concurrent = true;
  Buffers buffers[3];
  Told told[3];
  Fake().block = true;
  for (int i = 0; i < 3; ++i) {
    onnxGraph context = NewContext(graph_);
    Bind(context, &buffers[i]);
    StartFor(context, &told[i]);
  }
  EXPECT_TRUE(Eventually([] { return Fake().running == 3; }));
  Fake().block = false;
  for (Told& one : told) {
    EXPECT_TRUE(Eventually([&] { return one.calls == 1; }));
  }
}

TEST_F(ContextTest, R_ext_40_OthersRunOneAtATime) {
  Buffers buffers[3];
  std::vector<onnxGraph> contexts;
  for (Buffers& one : buffers) {
    contexts.push_back(NewContext(graph_));
    Bind(contexts.back(), &one);
  }
  Fake().run_sleep_us = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        onnxEvent event = nullptr;
        onnxStartRunArguments arguments = Args();
        arguments.graph = contexts[static_cast<size_t>(t)];
        arguments.event = &event;
        ASSERT_EQ(table_->startRun(&arguments), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Fake().started, 150);
  EXPECT_EQ(Fake().most_running, 1);
}

// A run that waits for another context's run can be stopped.
TEST_F(ContextTest, R_ext_44_StoppedBehindAnotherContext) {
  onnxGraph context = NewContext(graph_);
  Buffers buffers;
  Bind(context, &buffers);
  Fake().block = true;
  Told told;
  StartFor(graph_, &told);
  ASSERT_TRUE(Eventually([] { return Fake().running == 1; }));
  onnxStartRunArguments arguments = Args();
  arguments.graph = context;
  arguments.deadlineNs = InMs(20);
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_EQ(told.calls, 0);
  Fake().block = false;
  EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
  EXPECT_EQ(told.status, ONNXIFI_STATUS_SUCCESS);
}

TEST_F(ContextTest, R_ext_41_ReleasedInAnyOrder) {
  std::vector<int> order = {0, 1, 2};
  do {
    std::vector<onnxGraph> handles(3, nullptr);
    ASSERT_EQ(InitGraph(models::Scalar(), &handles[0]), ONNXIFI_STATUS_SUCCESS);
    for (size_t i = 1; i < 3; ++i) {
      const onnxCreateContextArguments arguments = {
          sizeof(arguments), 0, nullptr, handles[i - 1], &handles[i]};
      ASSERT_EQ(table_->createContext(&arguments), ONNXIFI_STATUS_SUCCESS);
    }
    Buffers buffers;
    buffers.x = 5;
    for (const int i : order) {
      onnxGraph graph = handles[static_cast<size_t>(i)];
      Bind(graph, &buffers);
      buffers.y = 0;
      onnxEvent gate = NewEvent();
      ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(onnxWaitEvent(AbiTest::Run(graph, gate)),
                ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(buffers.y, 5);
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_INVALID_GRAPH);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(ContextTest, R_ext_39_ContextsDoNotCountAsGraphs) {
  onnxBackend backend = NewBackend(other_id_);
  std::vector<onnxGraph> graphs;
  for (uint64_t i = 0; i < kFakeMaxGraphs; ++i) {
    graphs.push_back(NewGraph(models::Scalar(), backend));
  }
  for (int i = 0; i < 5; ++i) EXPECT_NE(NewContext(graphs[0]), nullptr);
  onnxGraph more = nullptr;
  EXPECT_EQ(InitGraph(models::Scalar(), &more, {}, backend),
            ONNXIFI_STATUS_NO_DEVICE_RESOURCES);
}

// Every allocation of the call fails once. A context that nobody got would keep
// its graph alive, which counts.
TEST_F(ContextTest, R_ext_39_NoMemory) {
  onnxBackend backend = NewBackend(other_id_);
  for (const std::string& model : {models::Scalar(), models::Add()}) {
    onnxGraph graph = nullptr;
    ASSERT_EQ(InitGraph(model, &graph, {}, backend), ONNXIFI_STATUS_SUCCESS);
    bool failed = true;
    for (int64_t allowed = 0; failed && allowed < 1000; ++allowed) {
      onnxGraph context = Garbage();
      const onnxCreateContextArguments arguments = {sizeof(arguments), 0,
                                                    nullptr, graph, &context};
      onnxStatus status = ONNXIFI_STATUS_SUCCESS;
      {
        const AllocFailure failure(allowed);
        status = table_->createContext(&arguments);
        failed = AllocFailure::Happened();
      }
      if (status == ONNXIFI_STATUS_SUCCESS) {
        EXPECT_EQ(onnxReleaseGraph(context), ONNXIFI_STATUS_SUCCESS);
      } else {
        ASSERT_EQ(status, ONNXIFI_STATUS_NO_SYSTEM_MEMORY) << allowed;
        ASSERT_EQ(context, nullptr);
      }
    }
    EXPECT_FALSE(failed);
    EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  }
  for (uint64_t i = 0; i < kFakeMaxGraphs; ++i) {
    EXPECT_NE(NewGraph(models::Scalar(), backend), nullptr);
  }
}

TEST_F(ContextTest, R_ext_39_GraphsByValueHaveContextsToo) {
  onnxGraph graph = NewValueGraph(models::StringIdentity());
  onnxGraph context = NewContext(graph);
  std::vector<std::thread> threads;
  for (onnxGraph one : {graph, context}) {
    threads.emplace_back([this, one] {
      for (int i = 0; i < 50; ++i) {
        std::vector<Received> out;
        ASSERT_EQ(
            ValuesTest::Run(one, {TestValue::Strings("x", {1}, {"s"})}, &out),
            ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(out.size(), 1u);
        EXPECT_EQ(out[0].strings, std::vector<std::string>{"s"});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Fake().most_running, 1);
}

TEST_F(ContextTest, R_ext_56_StatisticsAreOfOneHandle) {
  onnxGraph context = NewContext(graph_);
  Buffers buffers;
  Bind(context, &buffers);
  for (int i = 0; i < 3; ++i) {
    Told told;
    StartFor(context, &told);
    ASSERT_TRUE(Eventually([&] { return told.calls == 1; }));
  }
  onnxStartRunArguments late = Args();
  late.deadlineNs = 1;
  ASSERT_EQ(Start(late), ONNXIFI_STATUS_SUCCESS);
  onnxGraphStatistics statistics = StatisticsOf(context);
  EXPECT_EQ(statistics.structSize, sizeof(statistics));
  EXPECT_EQ(statistics.runsCompleted, 3u);
  EXPECT_EQ(statistics.runsFailed, 0u);
  EXPECT_EQ(statistics.plans, 1u);
  EXPECT_EQ(statistics.weightBytes, 7);
  EXPECT_EQ(statistics.workspaceBytes, 100);
  statistics = StatisticsOf(graph_);
  EXPECT_EQ(statistics.runsCompleted, 0u);
  EXPECT_EQ(statistics.runsFailed, 1u);
  EXPECT_EQ(
      StatisticsOf(NewValueGraph(models::StringIdentity())).workspaceBytes, -1);
}

TEST_F(ContextTest, R_ext_3_R_ext_4_BadArguments) {
  onnxGraph context = graph_;
  const onnxCreateContextArguments good = {sizeof(good), 0, nullptr, graph_,
                                           &context};
  EXPECT_EQ(table_->createContext(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxCreateContextArguments bad = good;
  bad.context = nullptr;
  EXPECT_EQ(table_->createContext(&bad), ONNXIFI_STATUS_INVALID_POINTER);
  bad = good;
  bad.structSize = sizeof(bad) - 1;
  EXPECT_EQ(table_->createContext(&bad), ONNXIFI_STATUS_INVALID_SIZE);
  bad = good;
  bad.next = &bad;
  EXPECT_EQ(table_->createContext(&bad), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  for (onnxGraph graph : {onnxGraph{nullptr}, static_cast<onnxGraph>(Garbage()),
                          reinterpret_cast<onnxGraph>(backend_)}) {
    context = graph_;
    bad = good;
    bad.graph = graph;
    EXPECT_EQ(table_->createContext(&bad), ONNXIFI_STATUS_INVALID_GRAPH);
    EXPECT_EQ(context, nullptr);
  }
  onnxGraphStatistics statistics = {};
  statistics.structSize = sizeof(statistics);
  const onnxGetStatisticsArguments asked = {sizeof(asked), 0, nullptr, graph_,
                                            &statistics};
  EXPECT_EQ(table_->getStatistics(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxGetStatisticsArguments wrong = asked;
  wrong.structSize = sizeof(wrong) - 1;
  EXPECT_EQ(table_->getStatistics(&wrong), ONNXIFI_STATUS_INVALID_SIZE);
  wrong = asked;
  wrong.next = &wrong;
  EXPECT_EQ(table_->getStatistics(&wrong), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  wrong = asked;
  wrong.graph = nullptr;
  EXPECT_EQ(table_->getStatistics(&wrong), ONNXIFI_STATUS_INVALID_GRAPH);
  wrong = asked;
  wrong.statistics = nullptr;
  EXPECT_EQ(table_->getStatistics(&wrong), ONNXIFI_STATUS_INVALID_POINTER);
  statistics.structSize = sizeof(statistics) - 1;
  EXPECT_EQ(table_->getStatistics(&asked), ONNXIFI_STATUS_INVALID_SIZE);
  EXPECT_EQ(statistics.plans, 0u);
}

}  // namespace
}  // namespace onnxifi::testing
