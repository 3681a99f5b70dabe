#include "tools/cli/worker_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>

namespace onnxifi::client {
namespace {

using Ends = std::map<size_t, TaskEnd>;

Status RunTasks(size_t count, const WorkerOptions& options,
                const TaskFunction& task, Ends* ends) {
  return RunInWorkers(
      count, options, [&]() -> Result<TaskFunction> { return task; },
      [&](size_t i, const TaskEnd& end) {
        EXPECT_TRUE(ends->emplace(i, end).second) << "task " << i << " twice";
      });
}

TEST(WorkerPoolTest, EveryTaskIsAnsweredOnce) {
  for (const int jobs : {1, 3}) {
    Ends ends;
    const WorkerOptions options{.jobs = jobs, .tasks_per_worker = 7};
    const Status status = RunTasks(
        50, options, [](size_t i) { return std::string(i * 1000, 'x'); },
        &ends);
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_EQ(ends.size(), 50u);
    for (const auto& [i, end] : ends) {
      EXPECT_EQ(end.kind, TaskEnd::Kind::kReplied);
      EXPECT_EQ(end.reply.size(), i * 1000);
    }
  }
}

TEST(WorkerPoolTest, ACrashCostsOnlyItsTask) {
  Ends ends;
  const Status status = RunTasks(
      10, {.jobs = 2},
      [](size_t i) -> std::string {
        if (i == 3) ::raise(SIGKILL);
        if (i == 6) ::_exit(5);
        return "fine";
      },
      &ends);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(ends.size(), 10u);
  for (const auto& [i, end] : ends) {
    EXPECT_EQ(end.kind, i == 3 || i == 6 ? TaskEnd::Kind::kCrashed
                                         : TaskEnd::Kind::kReplied);
  }
  EXPECT_NE(ends[3].how.find("signal 9"), std::string::npos) << ends[3].how;
  EXPECT_NE(ends[6].how.find("code 5"), std::string::npos) << ends[6].how;
}

TEST(WorkerPoolTest, AHangIsEndedByTheTimeLimit) {
  Ends ends;
  const Status status = RunTasks(
      3, {.jobs = 1, .timeout_seconds = 1},
      [](size_t i) -> std::string {
        if (i == 1) ::pause();
        return "fine";
      },
      &ends);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(ends[0].kind, TaskEnd::Kind::kReplied);
  EXPECT_EQ(ends[1].kind, TaskEnd::Kind::kTimedOut);
  EXPECT_EQ(ends[2].kind, TaskEnd::Kind::kReplied);
}

TEST(WorkerPoolTest, AFailedSetUpIsReportedWithItsReason) {
  const auto never = [](size_t, const TaskEnd&) { FAIL(); };
  const Status refused = RunInWorkers(
      2, {},
      []() -> Result<TaskFunction> {
        return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE, "no device");
      },
      never);
  EXPECT_EQ(refused.code(), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(refused.message(), "no device");
  const Status crashed = RunInWorkers(
      2, {},
      []() -> Result<TaskFunction> {
        ::raise(SIGKILL);
        return Status();
      },
      never);
  EXPECT_EQ(crashed.code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(crashed.message().find("signal 9"), std::string::npos);
}

}  // namespace
}  // namespace onnxifi::client
