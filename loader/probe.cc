#include "loader/probe.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <string_view>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::loader {

namespace {

using Clock = std::chrono::steady_clock;

// The helper writes its answer to this descriptor.
constexpr int kAnswerFd = 3;
constexpr size_t kMaxAnswer = 4096;

// The environment of the child: ours, with the loader turned off.
std::vector<char*> ChildEnvironment(std::string* marker) {
  *marker = StrCat(kProbeChildVariable, "=1");
  std::vector<char*> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    out.push_back(*entry);
  }
  out.push_back(marker->data());
  out.push_back(nullptr);
  return out;
}

// Starts the helper in a process group of its own, so that whatever it starts
// can be ended with it. Returns -1 on failure.
pid_t Spawn(const std::string& helper, const std::string& plugin,
            int answer_fd) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // First, because the host may have closed its standard descriptors.
  posix_spawn_file_actions_adddup2(&actions, answer_fd, kAnswerFd);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                            POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  std::string marker;
  std::vector<char*> environment = ChildEnvironment(&marker);
  std::string program = helper;
  std::string argument = plugin;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t pid = -1;
  if (posix_spawn(&pid, helper.c_str(), &actions, &attributes, arguments,
                  environment.data()) != 0) {
    pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return pid;
}

// Reads up to the end of the line, or until the helper closes the pipe or the
// time is over. Returns false only in the last case.
bool ReadAnswer(int fd, Clock::time_point deadline, std::string* answer) {
  while (answer->size() < kMaxAnswer &&
         answer->find('\n') == std::string::npos) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting = {fd, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return true;
    if (ready <= 0) continue;
    char buffer[512];
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    answer->append(buffer, static_cast<size_t>(got));
  }
  return true;
}

Outcome ParseAnswer(std::string_view answer, int wait_status) {
  const size_t end = answer.find('\n');
  if (end == std::string_view::npos) {
    if (wait_status >= 0 && WIFSIGNALED(wait_status)) {
      return {Reason::kProbeCrashed,
              StrCat("crashes when it is loaded (signal ",
                     WTERMSIG(wait_status), ")")};
    }
    return {Reason::kProbeExited,
            StrCat("ends its process when it is loaded (exit status ",
                   wait_status >= 0 && WIFEXITED(wait_status)
                       ? WEXITSTATUS(wait_status)
                       : -1,
                   ")")};
  }
  answer = answer.substr(0, end);
  int number = 0;
  const auto parsed =
      std::from_chars(answer.data(), answer.data() + answer.size(), number);
  if (parsed.ec != std::errc()) {
    return {Reason::kContract, "the probe gave no answer"};
  }
  if (number == 0) return {};
  const auto text_at = static_cast<size_t>(parsed.ptr - answer.data());
  const std::string text(answer.substr(std::min(text_at + 1, answer.size())));
  if (!IsKnownReason(number)) {
    return {Reason::kContract, "the probe gave an unknown answer"};
  }
  return {static_cast<Reason>(number), text};
}

}  // namespace

bool Probe::available() const {
  return !helper_.empty() && access(helper_.c_str(), X_OK) == 0;
}

Outcome Probe::Run(const std::string& plugin) const {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return {Reason::kNoMemory, "no pipe for the probe"};
  }
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  // dup2 of a descriptor onto itself would keep its close-on-exec flag.
  if (write_end.get() == kAnswerFd) {
    write_end.reset(fcntl(kAnswerFd, F_DUPFD_CLOEXEC, kAnswerFd + 1));
  }
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms_);
  const pid_t pid = Spawn(helper_, plugin, write_end.get());
  if (pid < 0) {
    return {Reason::kNoMemory, StrCat("cannot start ", helper_)};
  }
  write_end.reset(-1);
  std::string answer;
  const bool in_time = ReadAnswer(read_end.get(), deadline, &answer);
  // A complete answer is final; an end of file means that the child is gone.
  if (!in_time || answer.find('\n') != std::string::npos) {
    kill(-pid, SIGKILL);
  }
  int wait_status = -1;
  pid_t waited;
  while ((waited = waitpid(pid, &wait_status, 0)) < 0 && errno == EINTR) {
  }
  if (waited != pid) wait_status = -1;  // the host reaps all children itself
  if (!in_time) {
    return {Reason::kProbeTimeout,
            StrCat("did not load within ", timeout_ms_, " ms")};
  }
  return ParseAnswer(answer, wait_status);
}

}  // namespace onnxifi::loader
