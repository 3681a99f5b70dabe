#include "backends/common/testing/runs_fixture.h"

#include <time.h>

#include <chrono>
#include <thread>

namespace onnxifi::testing {

uint64_t InMs(int64_t ms) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(int64_t{now.tv_sec} * 1000000000 + now.tv_nsec +
                               ms * 1000000);
}

bool Eventually(const std::function<bool()>& condition) {
  const uint64_t end = InMs(20000);
  while (!condition()) {
    if (InMs(0) > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

void Told::Done(void* context, uint64_t id, onnxStatus status) {
  auto* told = static_cast<Told*>(context);
  told->status = status;
  told->id = id;
  if (told->then) told->then();
  ++told->calls;
}

void RunsTest::SetUp() {
  ValuesTest::SetUp();
  graph_ = NewGraph(models::Scalar());
  ASSERT_EQ(SetIO(graph_, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x_}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y_}}),
            ONNXIFI_STATUS_SUCCESS);
}

void RunsTest::TearDown() {
  Fake().block = false;
  for (onnxEvent event : outputs_) {
    EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
  for (onnxGraph context : contexts_) {
    EXPECT_EQ(onnxReleaseGraph(context), ONNXIFI_STATUS_SUCCESS);
  }
  ValuesTest::TearDown();
}

onnxStartRunArguments RunsTest::Args() {
  onnxStartRunArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.graph = graph_;
  arguments.event = &event_;
  return arguments;
}

onnxStartRunArguments RunsTest::ArgsFor(Told* told) {
  onnxStartRunArguments arguments = Args();
  arguments.event = nullptr;
  arguments.done = &Told::Done;
  arguments.doneContext = told;
  return arguments;
}

onnxStatus RunsTest::Start(const onnxStartRunArguments& arguments) {
  const onnxStatus status = table_->startRun(&arguments);
  if (arguments.event == nullptr) return status;
  EXPECT_EQ(*arguments.event != nullptr, status == ONNXIFI_STATUS_SUCCESS);
  if (*arguments.event != nullptr) outputs_.push_back(*arguments.event);
  return status;
}

onnxStatus RunsTest::Start(onnxStartRunArguments arguments,
                           const std::vector<onnxEvent>& waits) {
  arguments.waitCount = static_cast<uint32_t>(waits.size());
  arguments.waitEvents = waits.data();
  return Start(arguments);
}

onnxGraph RunsTest::NewContext(onnxGraph graph) {
  onnxGraph context = nullptr;
  const onnxCreateContextArguments arguments = {sizeof(arguments), 0, nullptr,
                                                graph, &context};
  EXPECT_EQ(table_->createContext(&arguments), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  if (context != nullptr) contexts_.push_back(context);
  return context;
}

onnxErrorInfo RunsTest::ErrorOf(onnxEvent event) {
  onnxErrorInfo error = {};
  error.structSize = sizeof(error);
  const onnxGetErrorArguments arguments = {
      sizeof(arguments), 0, nullptr, id_, event, &error};
  EXPECT_EQ(table_->getError(&arguments), ONNXIFI_STATUS_SUCCESS);
  return error;
}

}  // namespace onnxifi::testing
