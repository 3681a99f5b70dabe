// Interface 1.1: what is told of failures.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

class ErrorTest : public RunsTest {
 protected:
  // A run of graph_ that fails at its node.
  onnxEvent FailAtNode() {
    Fake().run_status = ONNXIFI_STATUS_INTERNAL_ERROR;
    Fake().tell_node = true;
    EXPECT_EQ(Start(Args()), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_INTERNAL_ERROR);
    return event_;
  }
};

TEST_F(ErrorTest, R_ext_36_OfTheLastFailingCallOfThisThread) {
  // This thread may have failed before; a new one has not.
  std::thread([this] {
    const onnxErrorInfo none = ErrorOf(nullptr);
    EXPECT_EQ(none.status, ONNXIFI_STATUS_SUCCESS);
    EXPECT_STREQ(none.text, "");
    EXPECT_EQ(none.nodeName, nullptr);
  }).join();
  EXPECT_EQ(onnxReleaseGraph(nullptr), ONNXIFI_STATUS_INVALID_GRAPH);
  std::thread([this] {
    EXPECT_EQ(ErrorOf(nullptr).status, ONNXIFI_STATUS_SUCCESS);
  }).join();
  onnxErrorInfo error = ErrorOf(nullptr);
  EXPECT_EQ(error.structSize, sizeof(error));
  EXPECT_EQ(error.status, ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(error.text, LastError());
  EXPECT_EQ(error.nodeName, nullptr);
  EXPECT_EQ(error.operatorName, nullptr);
  // Asking, and calls that succeed, change nothing.
  (void)NewEvent();
  error = ErrorOf(nullptr);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_INVALID_GRAPH);
}

TEST_F(ErrorTest, R_ext_36_ARefusalNamesTheNode) {
  onnxGraph graph = nullptr;
  EXPECT_EQ(InitGraph(models::BadOperator(), &graph),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  const onnxErrorInfo error = ErrorOf(nullptr);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  ASSERT_NE(error.operatorName, nullptr);
  EXPECT_STREQ(error.operatorName, "NoSuchOperator");
  ASSERT_NE(error.nodeName, nullptr);
  EXPECT_NE(std::string(error.text).find(error.nodeName), std::string::npos);
}

TEST_F(ErrorTest, R_ext_36_OfARunFromAnyThread) {
  onnxEvent failed = FailAtNode();
  EXPECT_NE(LastError().find("told to fail"), std::string::npos) << LastError();
  EXPECT_STREQ(ErrorOf(nullptr).operatorName, "Identity");
  std::thread([this, failed] {
    const onnxErrorInfo error = ErrorOf(failed);
    EXPECT_EQ(error.status, ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_NE(std::string(error.text).find("told to fail"), std::string::npos);
    EXPECT_STREQ(error.operatorName, "Identity");
    // That of the event is not one of this thread.
    EXPECT_EQ(ErrorOf(nullptr).status, ONNXIFI_STATUS_SUCCESS);
  }).join();
  // What it gated has failed for another reason.
  ASSERT_EQ(Start(Args(), {failed}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(ErrorOf(event_).status, ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(ErrorOf(event_).operatorName, nullptr);
}

TEST_F(ErrorTest, R_ext_36_NothingIsKnownBeforeTheEnd) {
  onnxEvent gate = NewEvent();
  ASSERT_EQ(Start(Args(), {gate}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(ErrorOf(event_).status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(ErrorOf(gate).status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(event_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(ErrorOf(event_).status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(ErrorOf(event_).text, "");
}

TEST_F(ErrorTest, R_ext_36_CancelledRunsBlameNoNode) {
  onnxStartRunArguments arguments = Args();
  arguments.deadlineNs = 1;
  ASSERT_EQ(Start(arguments), ONNXIFI_STATUS_SUCCESS);
  const onnxErrorInfo error = ErrorOf(event_);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_NE(std::string(error.text).find("deadline"), std::string::npos);
  EXPECT_EQ(error.nodeName, nullptr);
}

TEST_F(ErrorTest, R_ext_3_R_ext_4_R_ext_37_BadArguments) {
  onnxErrorInfo error = {};
  error.structSize = sizeof(error);
  const onnxGetErrorArguments good = {sizeof(good), 0,       nullptr,
                                      id_,          nullptr, &error};
  EXPECT_EQ(onnxReleaseGraph(nullptr), ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(table_->getError(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxGetErrorArguments bad = good;
  bad.structSize = sizeof(bad) - 1;
  EXPECT_EQ(table_->getError(&bad), ONNXIFI_STATUS_INVALID_SIZE);
  bad = good;
  bad.next = &bad;
  EXPECT_EQ(table_->getError(&bad), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  bad = good;
  bad.backendID = nullptr;
  EXPECT_EQ(table_->getError(&bad), ONNXIFI_STATUS_INVALID_ID);
  bad = good;
  bad.error = nullptr;
  EXPECT_EQ(table_->getError(&bad), ONNXIFI_STATUS_INVALID_POINTER);
  bad = good;
  bad.event = static_cast<onnxEvent>(Garbage());
  EXPECT_EQ(table_->getError(&bad), ONNXIFI_STATUS_INVALID_EVENT);
  error.structSize = sizeof(error) - 1;
  EXPECT_EQ(table_->getError(&good), ONNXIFI_STATUS_INVALID_SIZE);
  EXPECT_EQ(error.text, nullptr);
  EXPECT_EQ(ErrorOf(nullptr).status, ONNXIFI_STATUS_INVALID_GRAPH);
}

// What a host got; there is no way to take a callback back, so it lives on.
struct Sink {
  std::mutex mutex;
  std::vector<std::string> texts;
  std::vector<std::string> operators;

  static void ONNXIFI_ABI Take(void* context, const onnxErrorInfo* error) {
    auto* sink = static_cast<Sink*>(context);
    const std::lock_guard<std::mutex> lock(sink->mutex);
    sink->texts.push_back(error->text);
    sink->operators.push_back(
        error->operatorName == nullptr ? "" : error->operatorName);
  }
  size_t size() {
    const std::lock_guard<std::mutex> lock(mutex);
    return texts.size();
  }
};
Sink& TestSink() {
  static Sink sink;
  return sink;
}

TEST_F(ErrorTest, R_ext_57_TheHostGetsFailuresOfCallsAndRuns) {
  onnxHostInterface host = Host();
  host.error = &Sink::Take;
  host.errorContext = &TestSink();
  const onnxPluginInterface* table = nullptr;
  ASSERT_EQ(FindGetInterface(id_)(id_, &host, &table), ONNXIFI_STATUS_SUCCESS);
  size_t before = TestSink().size();
  EXPECT_EQ(onnxReleaseGraph(nullptr), ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(TestSink().size(), before + 1);
  EXPECT_EQ(TestSink().texts.back(), LastError());
  (void)NewEvent();
  EXPECT_EQ(TestSink().size(), before + 1);
  // A run that nobody waits for.
  before = TestSink().size();
  Fake().run_status = ONNXIFI_STATUS_INTERNAL_ERROR;
  Fake().tell_node = true;
  Told told;
  ASSERT_EQ(Start(ArgsFor(&told)), ONNXIFI_STATUS_SUCCESS);
  ASSERT_TRUE(Eventually([&] { return told.calls == 1; }));
  ASSERT_EQ(TestSink().size(), before + 1);
  EXPECT_EQ(TestSink().operators.back(), "Identity");
  // A host without one changes nothing.
  host = Host();
  ASSERT_EQ(FindGetInterface(id_)(id_, &host, &table), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(nullptr), ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(TestSink().size(), before + 2);
}

}  // namespace
}  // namespace onnxifi::testing
