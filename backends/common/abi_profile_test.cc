// Interface 1.1: profiles of runs, and outputs in memory of the client.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

// Copies of profiles.
struct Profiles {
  struct Event {
    uint32_t kind;
    uint64_t id, start, duration;
    std::string name, op;
  };
  std::mutex mutex;
  std::vector<std::vector<Event>> all;
  onnxEvent event = nullptr;  // must not be signalled yet
  onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;

  static void ONNXIFI_ABI Take(void* context, uint32_t count,
                               const onnxProfileEvent* events) {
    auto* profiles = static_cast<Profiles*>(context);
    const std::lock_guard<std::mutex> lock(profiles->mutex);
    auto& copy = profiles->all.emplace_back();
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(events[i].structSize, sizeof(onnxProfileEvent));
      copy.push_back(
          {events[i].kind, events[i].correlationId, events[i].startNs,
           events[i].durationNs, events[i].name,
           events[i].operatorName == nullptr ? "" : events[i].operatorName});
    }
  }
};

void ExpectRunAndNode(const std::vector<Profiles::Event>& events, uint64_t id,
                      uint64_t from, uint64_t to) {
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, uint32_t{ONNXIFI_PROFILE_RUN});
  EXPECT_EQ(events[0].op, "");
  EXPECT_EQ(events[1].kind, uint32_t{ONNXIFI_PROFILE_NODE});
  EXPECT_EQ(events[1].op, "Identity");
  for (const Profiles::Event& event : events) {
    EXPECT_EQ(event.id, id);
    EXPECT_GE(event.start, from);
    EXPECT_LE(event.start + event.duration, to);
  }
  EXPECT_LE(events[0].start, events[1].start);
  EXPECT_GE(events[0].duration, events[1].duration);
}

TEST_F(RunsTest, ProfilesOfRunsComeOnceAndOnlyWhenWanted) {
  Profiles profiles;
  onnxStartRunArguments arguments = Args();
  arguments.correlationId = 12;
  arguments.profile = &Profiles::Take;
  arguments.profileContext = &profiles;
  const uint64_t from = InMs(0);
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(profiles.all.size(), 1u);
  ExpectRunAndNode(profiles.all[0], 12, from, InMs(0));
  ASSERT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(profiles.all.size(), 1u);
  // A run that fails has one, a run that never begins has none.
  Fake().run_status = ONNXIFI_STATUS_INTERNAL_ERROR;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_INTERNAL_ERROR);
  ASSERT_EQ(profiles.all.size(), 2u);
  EXPECT_EQ(profiles.all[1].size(), 1u);
  arguments.deadlineNs = 1;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_EQ(profiles.all.size(), 2u);
}

onnxStatus ONNXIFI_ABI Accept(void*, uint32_t, const onnxValue*) {
  return ONNXIFI_STATUS_SUCCESS;
}

onnxRunValuesArguments RunOf(onnxGraph graph, const onnxValue* input) {
  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  run.inputsCount = 1;
  run.graph = graph;
  run.inputs = input;
  run.receive = &Accept;
  return run;
}

TEST_F(RunsTest, ProfilesOfRunsOnValues) {
  Profiles profiles;
  const TestValue x = TestValue::Floats("x", {}, {1});
  const onnxValue input = x.Get();
  onnxRunValuesArguments run = RunOf(graph_, &input);
  run.profile = &Profiles::Take;
  run.profileContext = &profiles;
  run.correlationId = 5;
  const uint64_t from = InMs(0);
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(profiles.all.size(), 1u);
  ExpectRunAndNode(profiles.all[0], 5, from, InMs(0));
}

// There is no way to take a callback back, so it lives on.
Profiles& Traced() {
  static Profiles profiles;
  return profiles;
}

TEST_F(RunsTest, R_ext_58_TheHostGetsTheOtherProfiles) {
  onnxHostInterface host = Host();
  host.trace = &Profiles::Take;
  host.traceContext = &Traced();
  const onnxPluginInterface* table = nullptr;
  ASSERT_EQ(FindGetInterface(id_)(id_, &host, &table), ONNXIFI_STATUS_SUCCESS);
  Traced().all.clear();
  const uint64_t from = InMs(0);
  onnxEvent gate = NewEvent();
  ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(AbiTest::Run(graph_, gate)), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Traced().all.size(), 1u);
  ExpectRunAndNode(Traced().all[0], 0, from, InMs(0));
  onnxStartRunArguments arguments = Args();
  arguments.correlationId = 6;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Traced().all.size(), 2u);
  ExpectRunAndNode(Traced().all[1], 6, from, InMs(0));
  Profiles own;
  arguments.profile = &Profiles::Take;
  arguments.profileContext = &own;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(own.all.size(), 1u);
  EXPECT_EQ(Traced().all.size(), 2u);
}

// A client's memory for outputs.
struct Allocator {
  std::vector<std::vector<char>> memory;
  std::vector<const void*> received;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  bool gives_null = false;
  bool throws = false;
  uint64_t first_dimension = 0;

  static onnxStatus ONNXIFI_ABI Give(void* context, uint32_t index,
                                     const onnxValue* value, void** data) {
    auto* self = static_cast<Allocator*>(context);
    EXPECT_EQ(index, self->memory.size());
    EXPECT_EQ(value->data, nullptr);
    EXPECT_EQ(value->kind, uint32_t{ONNXIFI_VALUE_KIND_TENSOR});
    if (value->dimensions > 0) self->first_dimension = value->shape[0];
    if (self->throws) throw std::runtime_error("from the client");
    // One byte off: any alignment will do.
    self->memory.emplace_back(value->dataSize + 1);
    *data = self->gives_null ? nullptr : self->memory.back().data() + 1;
    return self->answer;
  }
  static onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t,
                                        const onnxValue* value) {
    static_cast<Allocator*>(context)->received.push_back(value->data);
    return ONNXIFI_STATUS_SUCCESS;
  }
};

// By shape and by value; strings stay the library's.
TEST_F(RunsTest, R_ext_35_OutputsAreMadeInMemoryOfTheClient) {
  for (onnxGraph graph :
       {NewGraph(models::Two()), NewValueGraph(models::NonZero())}) {
    const TestValue x = TestValue::Floats("x", {4}, {1, 0, 3, 4});
    const onnxValue input = x.Get();
    Allocator allocator;
    onnxRunValuesArguments run = RunOf(graph, &input);
    run.receive = &Allocator::Receive;
    run.receiveContext = &allocator;
    run.allocate = &Allocator::Give;
    run.allocateContext = &allocator;
    ASSERT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
    ASSERT_EQ(allocator.received.size(), allocator.memory.size());
    for (size_t i = 0; i < allocator.memory.size(); ++i) {
      EXPECT_EQ(allocator.received[i], allocator.memory[i].data() + 1);
    }
    const auto& last = allocator.memory.back();
    EXPECT_NE(std::vector<char>(last.size()), last) << "nothing was written";
  }
  const TestValue x = TestValue::Strings("x", {1}, {"s"});
  const onnxValue input = x.Get();
  Allocator allocator;
  onnxRunValuesArguments run =
      RunOf(NewValueGraph(models::StringIdentity()), &input);
  run.allocate = &Allocator::Give;
  run.allocateContext = &allocator;
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(allocator.memory.empty());
}

TEST_F(RunsTest, R_ext_35_TheAllocatorCanEndTheCall) {
  for (onnxGraph graph :
       {NewGraph(models::Two()), NewValueGraph(models::NonZero())}) {
    const TestValue x = TestValue::Floats("x", {4}, {1, 0, 3, 4});
    const onnxValue input = x.Get();
    Allocator allocator;
    onnxRunValuesArguments run = RunOf(graph, &input);
    run.receive = &Allocator::Receive;
    run.receiveContext = &allocator;
    run.allocate = &Allocator::Give;
    run.allocateContext = &allocator;
    const struct {
      onnxStatus answer;
      bool gives_null;
      bool throws;
      onnxStatus status;
    } kRows[] = {
        {ONNXIFI_STATUS_NO_DEVICE_MEMORY, false, false,
         ONNXIFI_STATUS_NO_DEVICE_MEMORY},
        {ONNXIFI_STATUS_FALLBACK, false, false, ONNXIFI_STATUS_INTERNAL_ERROR},
        {12345, false, false, ONNXIFI_STATUS_INTERNAL_ERROR},
        {ONNXIFI_STATUS_SUCCESS, true, false,
         ONNXIFI_STATUS_INVALID_MEMORY_LOCATION},
        {ONNXIFI_STATUS_SUCCESS, false, true, ONNXIFI_STATUS_INTERNAL_ERROR}};
    for (const auto& row : kRows) {
      allocator = {};
      allocator.answer = row.answer;
      allocator.gives_null = row.gives_null;
      allocator.throws = row.throws;
      EXPECT_EQ(table_->runValues(&run), row.status) << LastError();
      EXPECT_TRUE(allocator.received.empty());
    }
    // The graph is as good as before.
    allocator = {};
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  }
}

// No element: the client need not give memory.
TEST_F(RunsTest, R_ext_35_EmptyOutputsNeedNoMemory) {
  const TestValue x = TestValue::Floats("x", {3}, {0, 0, 0});
  const onnxValue input = x.Get();
  Allocator allocator;
  allocator.gives_null = true;
  onnxRunValuesArguments run = RunOf(NewValueGraph(models::NonZero()), &input);
  run.allocate = &Allocator::Give;
  run.allocateContext = &allocator;
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(allocator.memory.size(), 1u);
  EXPECT_EQ(allocator.first_dimension, 1u);
}

}  // namespace
}  // namespace onnxifi::testing
