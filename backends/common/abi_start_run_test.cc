// Interface 1.1: how runs of startRun begin and how clients are told of the end.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

TEST_F(RunsTest, R_ext_43_WithoutWaitEventsTheRunBeginsAtOnce) {
  ASSERT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y_, 3);
  EXPECT_EQ(onnxSignalEvent(event_), ONNXIFI_STATUS_INVALID_STATE);
}

TEST_F(RunsTest, R_ext_43_ARunWaitsForAllItsEvents) {
  for (const size_t count : {1u, 2u, 3u, 200u}) {
    y_ = kUntouched;
    std::vector<onnxEvent> waits;
    for (size_t i = 0; i < count; ++i) waits.push_back(NewEvent());
    Told told;
    ASSERT_EQ(Start(ArgsFor(&told), waits), ONNXIFI_STATUS_SUCCESS);
    // In any order: the last one is the last, the first, or in the middle.
    for (size_t i = 0; i < count; ++i) {
      // Time for the background to do what it should not.
      const int wait_us = i + 1 == count ? 5000 : 0;
      std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
      EXPECT_EQ(told.calls, 0);
      EXPECT_EQ(y_, kUntouched);
      onnxEvent one = waits[count % 2 == 0 ? i : (i + 2) % count];
      EXPECT_EQ(onnxSignalEvent(one), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
    EXPECT_EQ(told.status, ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(y_, 3);
  }
}

TEST_F(RunsTest, R_ext_43_OneEventMayBeThereTwiceAndSignalledBefore) {
  onnxEvent twice = NewEvent();
  onnxEvent before = NewEvent();
  ASSERT_EQ(onnxSignalEvent(before), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Start(Args(), {twice, before, twice, twice}),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_EQ(onnxSignalEvent(twice), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y_, 3);
}

TEST_F(RunsTest, R_ext_43_FailedAndReleasedWaitEventsFailTheRun) {
  onnxEvent other = NewEvent();
  // One that has failed before, one that fails later, one that is released.
  Fake().run_status = ONNXIFI_STATUS_NO_DEVICE_MEMORY;
  ASSERT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
  onnxEvent failed = event_;
  EXPECT_EQ(onnxWaitEvent(failed), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  Fake().run_status = ONNXIFI_STATUS_SUCCESS;
  ASSERT_EQ(Start(Args(), {failed, other}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_INTERNAL_ERROR);

  onnxEvent gate = NewEvent();
  ASSERT_EQ(Start(Args(), {gate}), ONNXIFI_STATUS_SUCCESS);
  onnxEvent failing = event_;
  Told told;
  ASSERT_EQ(Start(ArgsFor(&told), {failing, other}), ONNXIFI_STATUS_SUCCESS);
  Told behind;
  ASSERT_EQ(Start(Args(), {failing}), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Start(ArgsFor(&behind), {event_}), ONNXIFI_STATUS_SUCCESS);
  Fake().run_status = ONNXIFI_STATUS_INTERNAL_ERROR;
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(failing), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_TRUE(Eventually([&] { return told.calls + behind.calls == 2; }));
  EXPECT_EQ(told.status, ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(behind.status, ONNXIFI_STATUS_INTERNAL_ERROR);
  Fake().run_status = ONNXIFI_STATUS_SUCCESS;

  onnxEvent released = NewEvent();
  ASSERT_EQ(Start(Args(), {released}), ONNXIFI_STATUS_SUCCESS);
  Forget(released);
  EXPECT_EQ(onnxReleaseEvent(released), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("released"), std::string::npos) << LastError();
  EXPECT_EQ(y_, kUntouched);
}

TEST_F(RunsTest, R_ext_42_DescriptorsAreForOneRun) {
  const float x = 8;
  float y = 0;
  const std::vector<Tensor> tensors = {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x},
                                       {"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y},
                                       {"z", {}, ONNXIFI_DATATYPE_FLOAT32, &x}};
  const auto in = Descriptors(tensors);
  const auto* const out = in.data() + 1;
  onnxStartRunArguments arguments = Args();
  arguments.inputsCount = arguments.outputsCount = 1;
  arguments.inputDescriptors = in.data();
  arguments.outputDescriptors = out;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 8);
  EXPECT_EQ(y_, kUntouched);
  // Bad ones refuse the run and leave the binding alone.
  arguments.inputDescriptors = in.data() + 2;
  EXPECT_EQ(Start(arguments), ONNXIFI_STATUS_INVALID_NAME);
  arguments.inputDescriptors = nullptr;
  EXPECT_EQ(Start(arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments.inputDescriptors = in.data();
  arguments.outputDescriptors = nullptr;
  EXPECT_EQ(Start(arguments), ONNXIFI_STATUS_INVALID_POINTER);
  ASSERT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y_, 3);
  // A graph without a binding runs by descriptors only.
  arguments.graph = NewGraph(models::Scalar());
  arguments.outputDescriptors = out;
  y = 0;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 8);
  onnxStartRunArguments unbound = Args();
  unbound.graph = arguments.graph;
  EXPECT_EQ(Start(unbound), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
}

TEST_F(RunsTest, R_ext_31_DoneComesOnceAndAfterTheEvent) {
  onnxEvent gate = NewEvent();
  Told told;
  onnxStartRunArguments arguments = Args();
  arguments.done = &Told::Done;
  arguments.doneContext = &told;
  arguments.correlationId = 4711;
  onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
  told.then = [&] { state = State(event_); };
  ASSERT_EQ(Start(arguments, {gate}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
  EXPECT_EQ(state, ONNXIFI_EVENT_STATE_SIGNALLED);
  EXPECT_EQ(told.status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told.id, 4711u);
}

TEST_F(RunsTest, R_ext_31_ReleaseOfTheGraphWaitsForDone) {
  onnxGraph graph = nullptr;
  ASSERT_EQ(InitGraph(models::Scalar(), &graph), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x_}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y_}}),
            ONNXIFI_STATUS_SUCCESS);
  Told told;
  told.then = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  onnxStartRunArguments arguments = ArgsFor(&told);
  arguments.graph = graph;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told.calls, 1);
}

// Its graph may be released by the client that is told of the end, also when
// that is inside the call of startRun.
TEST_F(RunsTest, R_ext_31_DoneMayReleaseTheGraph) {
  for (const bool at_once : {false, true}) {
    onnxGraph graph = nullptr;
    ASSERT_EQ(InitGraph(models::Scalar(), &graph), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x_}},
                    {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y_}}),
              ONNXIFI_STATUS_SUCCESS);
    Told told;
    onnxStatus released = -1;
    told.then = [&] { released = onnxReleaseGraph(graph); };
    onnxStartRunArguments arguments = ArgsFor(&told);
    arguments.graph = graph;
    arguments.deadlineNs = at_once ? 1 : 0;
    ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
    EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
    EXPECT_EQ(released, ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(told.status, at_once ? ONNXIFI_STATUS_DEADLINE_EXCEEDED
                                   : ONNXIFI_STATUS_SUCCESS);
  }
}

TEST_F(RunsTest, R_ext_31_DoneMayStartTheNextRun) {
  Told second;
  Told first;
  onnxStatus started = -1;
  first.then = [&] { started = Start(ArgsFor(&second)); };
  ASSERT_EQ(Start(ArgsFor(&first)), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return second.calls == 1; }));
  EXPECT_EQ(started, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(second.status, ONNXIFI_STATUS_SUCCESS);
}

TEST_F(RunsTest, R_ext_31_WhatDoneThrowsIsLost) {
  Told told;
  told.then = [&told] {
    ++told.calls;
    throw 42;
  };
  ASSERT_EQ(Start(ArgsFor(&told)), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
  ASSERT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(RunsTest, R_ext_3_R_ext_4_BadArgumentsStartNothing) {
  EXPECT_EQ(table_->startRun(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  Told told;
  onnxStartRunArguments good = Args();
  good.done = &Told::Done;
  good.doneContext = &told;
  onnxEvent released = NewEvent();
  Forget(released);
  ASSERT_EQ(onnxReleaseEvent(released), ONNXIFI_STATUS_SUCCESS);

  onnxStartRunArguments bad = good;
  bad.structSize = sizeof(bad) - 1;
  EXPECT_EQ(Start(bad), ONNXIFI_STATUS_INVALID_SIZE);
  bad = good;
  bad.next = &bad;
  EXPECT_EQ(Start(bad), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  for (void* graph : {static_cast<void*>(nullptr), Garbage(), released}) {
    bad = good;
    bad.graph = static_cast<onnxGraph>(graph);
    EXPECT_EQ(Start(bad), ONNXIFI_STATUS_INVALID_GRAPH);
  }
  bad = good;
  bad.event = nullptr;
  bad.done = nullptr;
  EXPECT_EQ(Start(bad), ONNXIFI_STATUS_INVALID_POINTER);
  bad = good;
  bad.waitCount = 1;
  EXPECT_EQ(Start(bad), ONNXIFI_STATUS_INVALID_POINTER);
  onnxEvent gate = NewEvent();
  for (onnxEvent event :
       {onnxEvent{nullptr}, released, static_cast<onnxEvent>(Garbage())}) {
    EXPECT_EQ(Start(good, {gate, event}), ONNXIFI_STATUS_INVALID_EVENT);
    EXPECT_NE(LastError().find("waitEvents[1]"), std::string::npos);
    if (event == nullptr) continue;
    bad = good;
    bad.cancelEvent = event;
    EXPECT_EQ(Start(bad), ONNXIFI_STATUS_INVALID_EVENT);
  }
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Fake().started, 0);
  EXPECT_EQ(told.calls, 0);
}

}  // namespace
}  // namespace onnxifi::testing
