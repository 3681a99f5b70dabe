#include "tools/cli/worker_pool.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <list>
#include <optional>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kStop = ~uint64_t{0};
constexpr size_t kMaxReply = 16 << 20;
// A worker that has not set itself up by then hangs.
constexpr int kSetupSeconds = 120;
constexpr int kBurySeconds = 10;
constexpr useconds_t kBuryPauseMicros = 500;

bool SendAll(int fd, const void* data, size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t sent = ::send(fd, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

bool ReceiveAll(int fd, void* data, size_t size) {
  auto* at = static_cast<char*>(data);
  while (size != 0) {
    const ssize_t got = ::recv(fd, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool SendFrame(int fd, const std::string& text) {
  const uint64_t size = text.size();
  return SendAll(fd, &size, sizeof(size)) &&
         SendAll(fd, text.data(), text.size());
}

// In the child: set up, announce, then serve until told to stop.
void Serve(int fd, const WorkerSetup& setup) {
  Result<TaskFunction> task = setup();
  const Status status = task.ok() ? Status::Ok() : task.status();
  if (!SendFrame(fd, StrCat(status.code(), " ", status.message()))) return;
  if (!status.ok()) return;
  uint64_t number = 0;
  while (ReceiveAll(fd, &number, sizeof(number)) && number != kStop) {
    if (!SendFrame(fd, task.value()(static_cast<size_t>(number)))) return;
  }
}

// The parent's side of one worker process.
struct Worker {
  pid_t pid = -1;
  int fd = -1;
  bool ready = false;
  std::optional<size_t> task;
  int tasks_left = 0;
  Clock::time_point deadline;
  std::string received;
};

// Takes one whole frame out of the bytes received so far.
bool TakeFrame(Worker& worker, std::string* text, bool* broken) {
  uint64_t size = 0;
  if (worker.received.size() < sizeof(size)) return false;
  std::memcpy(&size, worker.received.data(), sizeof(size));
  if (size > kMaxReply) {
    *broken = true;
    return false;
  }
  if (worker.received.size() < sizeof(size) + size) return false;
  *text = worker.received.substr(sizeof(size), size);
  worker.received.clear();
  return true;
}

std::string DeathText(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return StrCat("signal ", number, " (", ::strsignal(number), ")");
  }
  return StrCat("the plugin ended the process with code ",
                WIFEXITED(status) ? WEXITSTATUS(status) : status);
}

// One call of RunInWorkers. Single-threaded.
class Pool {
 public:
  Pool(size_t count, const WorkerOptions& options, const WorkerSetup& setup,
       const std::function<void(size_t, const TaskEnd&)>& done)
      : count_(count), options_(options), setup_(setup), done_(done) {}

  ~Pool() {
    for (Worker& worker : workers_) {
      if (worker.pid > 0) Kill(worker);
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Status Run() {
    while (finished_ < count_) {
      ONNXIFI_RETURN_IF_ERROR(Hire());
      ONNXIFI_RETURN_IF_ERROR(Wait());
    }
    return Status::Ok();
  }

 private:
  // As many workers as there is work for.
  Status Hire() {
    size_t busy = 0;
    for (const Worker& worker : workers_) busy += worker.task ? 1 : 0;
    const size_t wanted =
        std::min(static_cast<size_t>(std::max(options_.jobs, 1)),
                 busy + (count_ - next_));
    while (workers_.size() < wanted) ONNXIFI_RETURN_IF_ERROR(Fork());
    return Status::Ok();
  }

  Status Fork() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                    StrCat("worker: ", std::strerror(errno)));
    }
    ::fflush(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
      ::close(ends[0]);
      ::close(ends[1]);
      return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                    StrCat("worker: ", std::strerror(errno)));
    }
    if (pid == 0) {
      ::close(ends[0]);
      for (const Worker& other : workers_) ::close(other.fd);
      // What a plugin prints must not mix with the report.
      ::dup2(STDERR_FILENO, STDOUT_FILENO);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() == parent) Serve(ends[1], setup_);
      ::_exit(0);
    }
    ::close(ends[1]);
    Worker& worker = workers_.emplace_back();
    worker.pid = pid;
    worker.fd = ends[0];
    worker.tasks_left = std::max(options_.tasks_per_worker, 1);
    worker.deadline = Clock::now() + std::chrono::seconds(kSetupSeconds);
    return Status::Ok();
  }

  void Kill(Worker& worker) {
    ::kill(worker.pid, SIGKILL);
    Bury(worker);
  }

  // Closes and reaps; the text says how it died. A worker that does not end
  // by itself is killed: a plugin may hang when its objects are released.
  std::string Bury(Worker& worker) {
    ::close(worker.fd);
    int status = 0;
    const auto limit = Clock::now() + std::chrono::seconds(kBurySeconds);
    while (true) {
      const pid_t got = ::waitpid(worker.pid, &status, WNOHANG);
      if (got == worker.pid || (got < 0 && errno != EINTR)) break;
      if (Clock::now() >= limit) ::kill(worker.pid, SIGKILL);
      ::usleep(kBuryPauseMicros);
    }
    worker.pid = -1;
    return DeathText(status);
  }

  Status Wait() {
    std::vector<pollfd> polls;
    auto soonest = Clock::time_point::max();
    for (const Worker& worker : workers_) {
      polls.push_back({worker.fd, POLLIN, 0});
      soonest = std::min(soonest, worker.deadline);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        soonest - Clock::now());
    const int wait = static_cast<int>(
        std::clamp<int64_t>(left.count() + 1, 0, int64_t{3600} * 1000));
    if (::poll(polls.data(), polls.size(), wait) < 0) {
      return errno == EINTR ? Status::Ok()
                            : Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                                     StrCat("poll: ", std::strerror(errno)));
    }
    size_t i = 0;
    for (auto it = workers_.begin(); it != workers_.end(); ++i) {
      bool gone = false;
      if (polls[i].revents != 0) {
        ONNXIFI_RETURN_IF_ERROR(Receive(*it, &gone));
      } else if (Clock::now() >= it->deadline) {
        ONNXIFI_RETURN_IF_ERROR(TimeOut(*it));
        gone = true;
      }
      it = gone ? workers_.erase(it) : std::next(it);
    }
    return Status::Ok();
  }

  Status TimeOut(Worker& worker) {
    Kill(worker);
    if (!worker.task) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    "worker: the plugin hangs while it is loaded: report it "
                    "to its vendor");
    }
    End(*worker.task, {TaskEnd::Kind::kTimedOut, "", ""});
    return Status::Ok();
  }

  Status Receive(Worker& worker, bool* gone) {
    char buffer[65536];
    const ssize_t got = ::recv(worker.fd, buffer, sizeof(buffer), 0);
    if (got < 0 && errno == EINTR) return Status::Ok();
    bool broken = got <= 0;
    if (!broken) {
      worker.received.append(buffer, static_cast<size_t>(got));
      std::string text;
      const bool whole = TakeFrame(worker, &text, &broken);
      if (whole) return Reply(worker, std::move(text), gone);
      if (!broken) return Status::Ok();
      ::kill(worker.pid, SIGKILL);
    }
    *gone = true;
    const std::string how = Bury(worker);
    if (worker.task) {
      End(*worker.task, {TaskEnd::Kind::kCrashed, "", how});
      return Status::Ok();
    }
    // An idle worker may die without harm; one in its set-up may not.
    return worker.ready
               ? Status::Ok()
               : Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                        StrCat("worker: the plugin crashed while it was "
                               "loaded: ",
                               how));
  }

  Status Reply(Worker& worker, std::string text, bool* gone) {
    if (worker.ready) {
      const size_t task = *worker.task;
      worker.task.reset();
      End(task, {TaskEnd::Kind::kReplied, std::move(text), ""});
    } else {
      const size_t space = text.find(' ');
      const auto code =
          static_cast<onnxStatus>(std::stol(text.substr(0, space)));
      if (code != ONNXIFI_STATUS_SUCCESS) {
        return Status(code, text.substr(space + 1));
      }
      worker.ready = true;
    }
    *gone = !Give(worker);
    return Status::Ok();
  }

  // The next task for the worker, or its dismissal.
  bool Give(Worker& worker) {
    if (next_ == count_ || worker.tasks_left == 0) {
      SendAll(worker.fd, &kStop, sizeof(kStop));
      Bury(worker);
      return false;
    }
    const uint64_t number = next_;
    // A worker that died since its last reply is noticed by the next receive.
    SendAll(worker.fd, &number, sizeof(number));
    worker.task = next_++;
    --worker.tasks_left;
    worker.deadline =
        Clock::now() + std::chrono::seconds(options_.timeout_seconds);
    return true;
  }

  void End(size_t task, const TaskEnd& end) {
    ++finished_;
    done_(task, end);
  }

  const size_t count_;
  const WorkerOptions& options_;
  const WorkerSetup& setup_;
  const std::function<void(size_t, const TaskEnd&)>& done_;
  std::list<Worker> workers_;
  size_t next_ = 0;
  size_t finished_ = 0;
};

}  // namespace

Status RunInWorkers(size_t count, const WorkerOptions& options,
                    const WorkerSetup& setup,
                    const std::function<void(size_t, const TaskEnd&)>& done) {
  return Pool(count, options, setup, done).Run();
}

}  // namespace onnxifi::client
