#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxAnswer = 4096;

// The environment of the child: ours, and the marker.
std::vector<char*> ChildEnvironment(std::string* marker) {
  std::vector<char*> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    out.push_back(*entry);
  }
  out.push_back(marker->data());
  out.push_back(nullptr);
  return out;
}

// Starts the program in a process group of its own, so that whatever it starts
// can be ended with it. Returns -1 on failure.
pid_t Spawn(std::string program, std::string argument, int answer_fd) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // First, because the host may have closed its standard descriptors.
  posix_spawn_file_actions_adddup2(&actions, answer_fd, kChildAnswerFd);
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
  std::string marker = StrCat(kTrialVariable, "=1");
  std::vector<char*> environment = ChildEnvironment(&marker);
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t pid = -1;
  if (posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments,
                  environment.data()) != 0) {
    pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return pid;
}

// Reads up to the end of the line, or until the child closes the pipe or the
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

ChildAnswer AnswerOf(const std::string& text, bool in_time, int wait_status) {
  using End = ChildAnswer::End;
  if (!in_time) return {End::kLate, "", 0};
  const size_t end = text.find('\n');
  if (end != std::string::npos) return {End::kAnswered, text.substr(0, end), 0};
  if (wait_status >= 0 && WIFSIGNALED(wait_status)) {
    return {End::kCrashed, "", WTERMSIG(wait_status)};
  }
  const bool exited = wait_status >= 0 && WIFEXITED(wait_status);
  return {End::kExited, "", exited ? WEXITSTATUS(wait_status) : -1};
}

}  // namespace

ChildAnswer AskChild(const std::string& program, const std::string& argument,
                     std::chrono::milliseconds timeout) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  // dup2 of a descriptor onto itself would keep its close-on-exec flag.
  if (ends[1] == kChildAnswerFd) {
    ends[1] = fcntl(kChildAnswerFd, F_DUPFD_CLOEXEC, kChildAnswerFd + 1);
    close(kChildAnswerFd);
  }
  const auto deadline = Clock::now() + timeout;
  const pid_t pid = ends[1] < 0 ? -1 : Spawn(program, argument, ends[1]);
  if (ends[1] >= 0) close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return {};
  }
  std::string text;
  const bool in_time = ReadAnswer(ends[0], deadline, &text);
  close(ends[0]);
  // A complete answer is final; an end of file means that the child is gone.
  if (!in_time || text.find('\n') != std::string::npos) kill(-pid, SIGKILL);
  int wait_status = -1;
  pid_t waited;
  while ((waited = waitpid(pid, &wait_status, 0)) < 0 && errno == EINTR) {
  }
  if (waited != pid) wait_status = -1;  // the host reaps all children itself
  return AnswerOf(text, in_time, wait_status);
}

}  // namespace onnxifi
