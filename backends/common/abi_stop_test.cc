// Interface 1.1: cancelling and deadlines.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

// A run that executes until StopTest lets it, and runs behind it.
class StopTest : public RunsTest {
 protected:
  void SetUp() override {
    RunsTest::SetUp();
    cancel_ = NewEvent();
  }
  // Begins a run that blocks; it is executing when this returns.
  void Block(Told* told) {
    Fake().block = true;
    ASSERT_EQ(Start(ArgsFor(told)), ONNXIFI_STATUS_SUCCESS);
    ASSERT_TRUE(Eventually([] { return Fake().running == 1; }));
  }
  onnxStartRunArguments Cancellable() {
    onnxStartRunArguments arguments = Args();
    arguments.cancelEvent = cancel_;
    return arguments;
  }
  onnxStatus ErrorCode(onnxEvent event) { return ErrorOf(event).status; }

  onnxEvent cancel_ = nullptr;
};

TEST_F(StopTest, R_ext_44_CancelledBeforeItIsAccepted) {
  ASSERT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Start(Cancellable(), {NewEvent()}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_SIGNALLED);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_CANCELLED);
  EXPECT_NE(LastError().find("cancel"), std::string::npos) << LastError();
  EXPECT_EQ(Fake().started, 0);
}

TEST_F(StopTest, R_ext_44_CancelledWhileItWaitsForItsEvents) {
  onnxEvent first = NewEvent();
  onnxEvent second = NewEvent();
  Told told;
  onnxStartRunArguments arguments = Cancellable();
  arguments.done = &Told::Done;
  arguments.doneContext = &told;
  ASSERT_EQ(Start(arguments, {first, second}), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxSignalEvent(first), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  ASSERT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_SIGNALLED);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(told.calls, 1);
  EXPECT_EQ(told.status, ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(onnxSignalEvent(second), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Fake().started, 0);
}

TEST_F(StopTest, R_ext_44_CancelledInTheQueueBehindARunThatGoesOn) {
  Told blocked;
  ASSERT_NO_FATAL_FAILURE(Block(&blocked));
  ASSERT_EQ(Start(Cancellable()), ONNXIFI_STATUS_SUCCESS);
  onnxEvent stopped = event_;
  ASSERT_EQ(Start(Args(), {stopped}), ONNXIFI_STATUS_SUCCESS);
  onnxEvent behind = event_;
  ASSERT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(stopped), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(onnxWaitEvent(behind), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(blocked.calls, 0);
  Fake().block = false;
  EXPECT_TRUE(Eventually([&] { return blocked.calls == 1; }));
  EXPECT_EQ(blocked.status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Fake().started, 1);
}

TEST_F(StopTest, R_ext_44_CancelledWhileItRuns) {
  Fake().block = true;
  ASSERT_EQ(Start(Cancellable()), ONNXIFI_STATUS_SUCCESS);
  ASSERT_TRUE(Eventually([] { return Fake().running == 1; }));
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  ASSERT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(y_, kUntouched);
}

TEST_F(StopTest, R_ext_44_ARunThatIsDoneIsDone) {
  Told told;
  onnxStartRunArguments arguments = Cancellable();
  arguments.done = &Told::Done;
  arguments.doneContext = &told;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
  EXPECT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told.calls, 1);
}

TEST_F(StopTest, R_ext_44_AReleasedCancelEventCancelsNothing) {
  onnxEvent gate = NewEvent();
  ASSERT_EQ(Start(Cancellable(), {gate}), ONNXIFI_STATUS_SUCCESS);
  Forget(cancel_);
  ASSERT_EQ(onnxReleaseEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
}

// The end of one run may cancel the next, in a chain of any length; and one
// event may both gate and cancel.
TEST_F(StopTest, R_ext_44_OutputEventsCancelToo) {
  onnxEvent never = NewEvent();
  onnxEvent both = NewEvent();
  onnxStartRunArguments arguments = Args();
  arguments.cancelEvent = both;
  ASSERT_EQ(Start(arguments, {both}), ONNXIFI_STATUS_SUCCESS);
  onnxEvent first = event_;
  for (int i = 0; i < 20000; ++i) {
    arguments.cancelEvent = event_;
    ASSERT_EQ(Start(arguments, {never}), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(State(event_), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_EQ(onnxSignalEvent(both), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(first), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(Fake().started, 0);
}

TEST_F(StopTest, R_ext_44_ADeadlineInThePastIsNoErrorOfTheCall) {
  onnxStartRunArguments arguments = Args();
  for (const uint64_t deadline : {uint64_t{1}, InMs(-1)}) {
    arguments.deadlineNs = deadline;
    ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  }
  EXPECT_EQ(Fake().started, 0);
  arguments.deadlineNs = UINT64_MAX;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
}

// Gated, in the queue, running: with and without somebody who waits.
TEST_F(StopTest, R_ext_44_TheDeadlineEndsARunInEveryStage) {
  onnxStartRunArguments arguments = Args();
  arguments.deadlineNs = InMs(20);
  ASSERT_EQ(Start(arguments, {NewEvent()}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_GE(InMs(0), arguments.deadlineNs);

  Told told;
  onnxStartRunArguments telling = ArgsFor(&told);
  telling.deadlineNs = InMs(20);
  ASSERT_EQ(Start(telling, {NewEvent()}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return told.calls == 1; }));
  EXPECT_EQ(told.status, ONNXIFI_STATUS_DEADLINE_EXCEEDED);

  Fake().block = true;
  arguments.deadlineNs = InMs(20);
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);

  Told blocked;
  ASSERT_NO_FATAL_FAILURE(Block(&blocked));
  arguments.deadlineNs = InMs(20);
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_EQ(blocked.calls, 0);
  Fake().block = false;
  EXPECT_TRUE(Eventually([&] { return blocked.calls == 1; }));
}

// Whoever waits for a run with a deadline is not kept by a run before it.
TEST_F(StopTest, R_ext_44_TheWaitEndsAtTheDeadline) {
  for (int i = 0; i < 20; ++i) {
    onnxEvent gate = NewEvent();
    ASSERT_EQ(Start(Args(), {gate}), ONNXIFI_STATUS_SUCCESS);
    onnxEvent before = event_;
    onnxStartRunArguments arguments = Args();
    arguments.deadlineNs = InMs(10);
    ASSERT_EQ(Start(arguments, {gate}), ONNXIFI_STATUS_SUCCESS);
    Fake().block = true;
    ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
    EXPECT_EQ(State(before), ONNXIFI_EVENT_STATE_NONSIGNALLED);
    Fake().block = false;
    EXPECT_EQ(onnxWaitEvent(before), ONNXIFI_STATUS_SUCCESS);
  }
}

TEST_F(StopTest, ManyDeadlinesInAnyOrder) {
  std::vector<Told> told(50);
  onnxEvent gate = NewEvent();
  for (size_t i = 0; i < told.size(); ++i) {
    onnxStartRunArguments arguments = ArgsFor(&told[i]);
    const auto ms = static_cast<int64_t>(i * 37 % 50);
    arguments.deadlineNs = i % 5 == 0 ? InMs(3600000) : InMs(10 + ms);
    ASSERT_EQ(Start(arguments, {gate}), ONNXIFI_STATUS_SUCCESS);
  }
  for (size_t i = 0; i < told.size(); ++i) {
    if (i % 5 == 0) continue;
    EXPECT_TRUE(Eventually([&] { return told[i].calls == 1; }));
    EXPECT_EQ(told[i].status, ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  }
  EXPECT_EQ(told[0].calls, 0);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return told[45].calls == 1; }));
  EXPECT_EQ(told[45].status, ONNXIFI_STATUS_SUCCESS);
}

TEST_F(StopTest, R_ext_30_CoreRunsBehindAStoppedOneHaveFailed) {
  onnxEvent never = NewEvent();
  ASSERT_EQ(Start(Cancellable(), {never}), ONNXIFI_STATUS_SUCCESS);
  onnxEvent core = AbiTest::Run(graph_, event_);
  ASSERT_EQ(onnxSignalEvent(cancel_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(onnxWaitEvent(core), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(ErrorCode(core), ONNXIFI_STATUS_INTERNAL_ERROR);
  // A backend that says so by itself is not believed.
  Fake().run_status = ONNXIFI_STATUS_CANCELLED;
  onnxEvent gate = NewEvent();
  core = AbiTest::Run(graph_, gate);
  ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(core), ONNXIFI_STATUS_INTERNAL_ERROR);
}

// runValues has deadlines and cancel events as well, by shape and by value.
TEST_F(StopTest, R_ext_44_RunsOnValues) {
  const struct {
    onnxGraph graph;
    TestValue x;
  } kRows[] = {{NewGraph(models::Scalar()), TestValue::Floats("x", {}, {1})},
               {NewValueGraph(models::StringIdentity()),
                TestValue::Strings("x", {1}, {"s"})}};
  for (const auto& row : kRows) {
    const onnxValue input = row.x.Get();
    int received = 0;
    onnxRunValuesArguments run = {};
    run.structSize = sizeof(run);
    run.inputsCount = 1;
    run.graph = row.graph;
    run.inputs = &input;
    run.receiveContext = &received;
    run.receive = [](void* context, uint32_t, const onnxValue*) {
      ++*static_cast<int*>(context);
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    run.deadlineNs = 1;
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
    Fake().block = true;
    run.deadlineNs = InMs(20);
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
    EXPECT_NE(LastError().find("deadline"), std::string::npos) << LastError();
    run.deadlineNs = 0;
    onnxEvent cancel = NewEvent();
    run.cancelEvent = cancel;
    const int started = Fake().started;
    std::thread canceller([&] {
      EXPECT_TRUE(Eventually([&] { return Fake().started > started; }));
      EXPECT_EQ(onnxSignalEvent(cancel), ONNXIFI_STATUS_SUCCESS);
    });
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_CANCELLED);
    canceller.join();
    Fake().block = false;
    EXPECT_EQ(received, 0);
    run.cancelEvent = static_cast<onnxEvent>(Garbage());
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_EVENT);
    run.cancelEvent = NewEvent();
    run.deadlineNs = InMs(3600000);
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
    EXPECT_EQ(received, 1);
  }
}

}  // namespace
}  // namespace onnxifi::testing
