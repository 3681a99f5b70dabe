#include "conformance/runner/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/runner/seal.h"

extern char** environ;

namespace onnxifi::conformance {
namespace {

constexpr off_t kLogBytes = 4096;
// Lines of one record are never longer.
constexpr size_t kMaxPending = size_t{16} << 20;

Status Errno(const char* what) {
  return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                StrCat("worker: ", what, ": ", std::strerror(errno)));
}

// A nameless file that is read from its beginning.
int MemoryFile(const char* name, const std::string& text) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  size_t done = 0;
  while (fd >= 0 && done < text.size()) {
    const ssize_t got = ::write(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  if (fd >= 0) ::lseek(fd, 0, SEEK_SET);
  return fd;
}

// Every signal as a process has it that nobody has changed: what a plugin does to
// them is seen whatever the runner was started from.
class SpawnSignals {
 public:
  SpawnSignals() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSignals() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnSignals(const SpawnSignals&) = delete;
  SpawnSignals& operator=(const SpawnSignals&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<WorkerProcess> WorkerProcess::Start(
    const WorkOrder& order, const std::vector<std::string>& variables) {
  WorkerProcess worker;
  worker.key_ = NewSealKey();
  WorkOrder sealed = order;
  sealed.key = worker.key_;
  const int input = MemoryFile("order", ToText(sealed));
  worker.log_ = MemoryFile("log", "");
  int ends[2] = {-1, -1};
  if (input < 0 || worker.log_ < 0 || ::pipe2(ends, O_CLOEXEC) != 0) {
    const Status status = Errno("no files");
    ::close(input);
    return status;
  }
  worker.results_ = ends[0];
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, worker.log_, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, worker.log_, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], kResultFd);
  std::vector<char*> names;
  std::vector<std::string> own = variables;
  for (std::string& variable : own) names.push_back(variable.data());
  for (char** each = environ; *each != nullptr; ++each) names.push_back(*each);
  names.push_back(nullptr);
  std::string program = "/proc/self/exe";
  std::string argument = kWorkerArgument;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  const SpawnSignals signals;
  const int error = ::posix_spawn(&worker.pid_, program.c_str(), &actions,
                                  signals.get(), arguments, names.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input);
  ::close(ends[1]);
  if (error != 0) {
    errno = error;
    worker.pid_ = -1;
    return Errno("it cannot be started");
  }
  return worker;
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) Stop();
  if (results_ >= 0) ::close(results_);
  if (log_ >= 0) ::close(log_);
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      results_(std::exchange(other.results_, -1)),
      log_(std::exchange(other.log_, -1)),
      key_(std::move(other.key_)),
      pending_(std::move(other.pending_)),
      forged_(other.forged_),
      killed_by_system_(other.killed_by_system_) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(results_, other.results_);
  std::swap(log_, other.log_);
  std::swap(key_, other.key_);
  std::swap(pending_, other.pending_);
  std::swap(forged_, other.forged_);
  std::swap(killed_by_system_, other.killed_by_system_);
  return *this;
}

bool WorkerProcess::Read(std::vector<std::string>* lines) {
  char buffer[65536];
  ssize_t got = 0;
  do {
    got = ::read(results_, buffer, sizeof(buffer));
  } while (got < 0 && errno == EINTR);
  if (got <= 0 || pending_.size() > kMaxPending) return false;
  pending_.append(buffer, static_cast<size_t>(got));
  size_t begin = 0;
  for (size_t end; (end = pending_.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    std::optional<std::string> line =
        OpenSeal(key_, std::string_view(pending_).substr(begin, end - begin));
    if (!line.has_value()) {
      forged_ = true;
      return false;
    }
    lines->push_back(std::move(*line));
  }
  pending_.erase(0, begin);
  return true;
}

std::string WorkerProcess::Stop() {
  if (pid_ <= 0) return "";
  // It may be ending by itself: how, is what the caller wants to know.
  int status = 0;
  pid_t got = 0;
  for (int i = 0; i < 200 && got == 0; ++i) {
    got = ::waitpid(pid_, &status, WNOHANG);
    if (got == 0) ::usleep(500);
  }
  const bool ours = got == 0;
  if (ours) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
  if (ours) return "";
  if (WIFSIGNALED(status)) {
    killed_by_system_ = WTERMSIG(status) == SIGKILL;
    return StrCat("signal ", WTERMSIG(status), " (",
                  ::strsignal(WTERMSIG(status)), ")");
  }
  // Whether it is seen in time that the pipe is gone, is chance.
  if (WEXITSTATUS(status) == kNoResultExit) return "";
  return StrCat("exit code ", WEXITSTATUS(status));
}

size_t WorkerProcess::memory() const {
  std::FILE* file = std::fopen(StrCat("/proc/", pid_, "/statm").c_str(), "re");
  if (file == nullptr) return 0;
  unsigned long total = 0;
  unsigned long resident = 0;
  const int fields = std::fscanf(file, "%lu %lu", &total, &resident);
  std::fclose(file);
  return fields == 2 ? resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE))
                     : 0;
}

std::string WorkerProcess::Log() const {
  const off_t size = ::lseek(log_, 0, SEEK_END);
  if (size <= 0) return "";
  std::string text(static_cast<size_t>(std::min(size, kLogBytes)), '\0');
  const ssize_t got = ::pread(log_, text.data(), text.size(),
                              size - static_cast<off_t>(text.size()));
  text.resize(got < 0 ? 0 : static_cast<size_t>(got));
  std::string safe;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    safe += client::EscapeText(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return safe;
}

}  // namespace onnxifi::conformance
