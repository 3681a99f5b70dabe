#include "conformance/runner/runner.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <list>
#include <optional>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/runner/worker_process.h"

namespace onnxifi::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// Tests of one process: so few that a crash is cheap, so many that the start of
// the process is.
constexpr size_t kBatch = 64;
// A worker that has not loaded the plugin by then hangs.
constexpr int kLoadSeconds = 30;
constexpr int kPollMilliseconds = 100;

Record RecordOf(const TestInfo& test, Outcome outcome, std::string reason) {
  Record record;
  record.test = test.name;
  record.profile = ProfileName(test.profile);
  record.requirements = test.requirements;
  record.outcome = outcome;
  record.reason = std::move(reason);
  return record;
}

// One process and the tests that it still has to do.
struct Batch {
  WorkerProcess process;
  std::deque<const TestInfo*> tests;  // the first one runs, or is next
  bool running = false;               // the first one
  bool loaded = false;                // a test has begun
  Clock::time_point started;
  Clock::time_point deadline;
};

class Runner {
 public:
  Runner(const RunnerOptions& options,
         const std::function<Status(const Record&)>& done)
      : options_(options), done_(done) {}

  void Add(std::deque<const TestInfo*> tests) {
    waiting_.push_back(std::move(tests));
  }
  Status Run() {
    while (!waiting_.empty() || !batches_.empty()) {
      while (!waiting_.empty() &&
             batches_.size() <
                 static_cast<size_t>(std::max(options_.jobs, 1))) {
        ONNXIFI_RETURN_IF_ERROR(Start());
      }
      ONNXIFI_RETURN_IF_ERROR(Wait());
    }
    return Status::Ok();
  }

 private:
  Status Start() {
    WorkOrder order = options_.order;
    for (const TestInfo* test : waiting_.front()) {
      order.tests.push_back(test->name);
    }
    ONNXIFI_ASSIGN_OR_RETURN(WorkerProcess process,
                             WorkerProcess::Start(order));
    batches_.push_back({std::move(process), std::move(waiting_.front()), false,
                        false, Clock::now(),
                        Clock::now() + std::chrono::seconds(kLoadSeconds)});
    waiting_.pop_front();
    return Status::Ok();
  }

  Status Wait() {
    std::vector<pollfd> polls;
    for (const Batch& batch : batches_) {
      polls.push_back({batch.process.fd(), POLLIN, 0});
    }
    if (::poll(polls.data(), polls.size(), kPollMilliseconds) < 0 &&
        errno != EINTR) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("poll: ", std::strerror(errno)));
    }
    size_t i = 0;
    for (auto it = batches_.begin(); it != batches_.end(); ++i) {
      Result<bool> ended = polls[i].revents != 0 ? Receive(*it) : Watch(*it);
      if (!ended.ok()) return ended.status();
      it = ended.value() ? batches_.erase(it) : std::next(it);
    }
    return Status::Ok();
  }

  // True when the batch is over.
  Result<bool> Receive(Batch& batch) {
    std::vector<std::string> lines;
    const bool more = batch.process.Read(&lines);
    for (const std::string& line : lines) {
      if (line.rfind("B ", 0) == 0) {
        Begin(batch);
      } else if (line.rfind("E ", 0) == 0) {
        ONNXIFI_RETURN_IF_ERROR(EndAll(batch, Outcome::FAIL, line.substr(2)));
        return true;
      } else if (line == "D") {
        return FinishBatch(batch);
      } else if (line != "L") {
        ONNXIFI_RETURN_IF_ERROR(Finish(batch, line));
      }
    }
    if (more) return false;
    const std::string how = batch.process.Stop();
    if (batch.process.forged()) {
      ONNXIFI_RETURN_IF_ERROR(
          Lose(batch, Outcome::FAIL,
               "the plugin has written into the pipe of the results"));
      return true;
    }
    const bool memory = batch.process.killed_by_system();
    ONNXIFI_RETURN_IF_ERROR(
        Lose(batch, memory ? Outcome::OUT_OF_MEMORY : Outcome::CRASH,
             how.empty() ? "the worker has closed its pipe" : how));
    return true;
  }

  // Limits of time and memory. True when the batch is over.
  Result<bool> Watch(Batch& batch) {
    if (Clock::now() >= batch.deadline) {
      const double seconds =
          std::chrono::duration<double>(Clock::now() - batch.started).count();
      batch.process.Stop();
      ONNXIFI_RETURN_IF_ERROR(
          Lose(batch, Outcome::HANG,
               StrCat("not done after ", client::FixedText(seconds, 1), " s")));
      return true;
    }
    if (const size_t bytes = batch.process.memory();
        bytes > options_.memory_limit) {
      batch.process.Stop();
      ONNXIFI_RETURN_IF_ERROR(Lose(batch, Outcome::OUT_OF_MEMORY,
                                   StrCat(bytes >> 20, " MiB of memory")));
      return true;
    }
    return false;
  }

  void Begin(Batch& batch) {
    batch.running = true;
    batch.loaded = true;
    batch.started = Clock::now();
    const double limit = batch.tests.empty() ? 1 : batch.tests.front()->seconds;
    batch.deadline =
        batch.started + std::chrono::milliseconds(static_cast<int64_t>(
                            limit * 1000 * options_.time_factor));
  }

  Status Finish(Batch& batch, const std::string& line) {
    Result<Record> record = ParseRecord(line);
    if (!record.ok() || batch.tests.empty() ||
        record.value().test != batch.tests.front()->name) {
      return Status::Ok();
    }
    batch.tests.pop_front();
    batch.running = false;
    batch.deadline = Clock::now() + std::chrono::seconds(kLoadSeconds);
    return done_(record.value());
  }

  // The worker says that it is done. Tests that it left out did not run.
  Result<bool> FinishBatch(Batch& batch) {
    for (const TestInfo* test : batch.tests) {
      ONNXIFI_RETURN_IF_ERROR(
          done_(RecordOf(*test, Outcome::NOT_RUN, "left out by the worker")));
    }
    batch.tests.clear();
    return true;
  }

  Status EndAll(Batch& batch, Outcome outcome, const std::string& why) {
    for (const TestInfo* test : batch.tests) {
      Record record = RecordOf(*test, outcome, why);
      record.log = batch.process.Log();
      ONNXIFI_RETURN_IF_ERROR(done_(record));
    }
    batch.tests.clear();
    return Status::Ok();
  }

  // The process is gone: its first test is the one that did it, and the others
  // go to another process.
  Status Lose(Batch& batch, Outcome outcome, const std::string& how) {
    if (batch.tests.empty()) return Status::Ok();
    // It would happen to every test again.
    if (!batch.loaded) {
      return EndAll(batch, outcome,
                    StrCat("while the plugin is loaded: ", how));
    }
    Record record = RecordOf(*batch.tests.front(), outcome, how);
    record.log = batch.process.Log();
    record.seconds =
        std::chrono::duration<double>(Clock::now() - batch.started).count();
    batch.tests.pop_front();
    if (!batch.tests.empty()) waiting_.push_front(std::move(batch.tests));
    return done_(record);
  }

  const RunnerOptions& options_;
  const std::function<Status(const Record&)>& done_;
  std::deque<std::deque<const TestInfo*>> waiting_;
  std::list<Batch> batches_;
};

}  // namespace

Status RunTests(const std::vector<TestInfo>& tests,
                const VendorProfile& profile, const RunnerOptions& options,
                const std::function<Status(const Record&)>& done) {
  Runner runner(options, done);
  std::deque<const TestInfo*> batch;
  const auto flush = [&] {
    if (!batch.empty()) runner.Add(std::move(batch));
    batch.clear();
  };
  for (const TestInfo& test : tests) {
    if (!profile.ClaimsProfile(ProfileName(test.profile))) {
      ONNXIFI_RETURN_IF_ERROR(done(
          RecordOf(test, Outcome::EXCLUDED, "its profile is not claimed")));
      continue;
    }
    if (!batch.empty() && (batch.size() >= kBatch ||
                           GroupOf(batch.back()->name) != GroupOf(test.name))) {
      flush();
    }
    batch.push_back(&test);
  }
  flush();
  return runner.Run();
}

}  // namespace onnxifi::conformance
