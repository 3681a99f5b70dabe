#include "conformance/api/host_state.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/str_cat.h"
#include "client/text.h"

extern char** environ;

namespace onnxifi::conformance {
namespace {

constexpr int kSignals = 65;

// Who handles each signal, and which are blocked on this thread.
std::string SignalsText() {
  std::string text;
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < kSignals; ++number) {
    struct sigaction action = {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    const void* handler = reinterpret_cast<const void*>(action.sa_handler);
    char shown[40];
    std::snprintf(shown, sizeof(shown), " %d:%p%s", number, handler,
                  ::sigismember(&blocked, number) == 1 ? "b" : "");
    if (handler != nullptr || ::sigismember(&blocked, number) == 1) {
      text += shown;
    }
  }
  return text;
}

std::string RoundingText() {
  std::string text = StrCat(std::fegetround());
#if defined(__x86_64__)
  // Masks, rounding and what happens to denormal numbers, not the flags.
  text += StrCat(" ", __builtin_ia32_stmxcsr() & ~0x3fU);
#endif
  return text;
}

std::string DirectoryText() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof(path)) == nullptr ? "" : path;
}

std::string UmaskText() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return StrCat(static_cast<unsigned>(mask));
}

std::string VariablesText() {
  std::string text;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    text += *at;
    text += '\n';
  }
  return text;
}

// What the three standard descriptors are.
std::string DescriptorsText() {
  std::string text;
  for (int fd = 0; fd < 3; ++fd) {
    struct stat status = {};
    text += ::fstat(fd, &status) != 0
                ? " closed"
                : StrCat(" ", static_cast<uint64_t>(status.st_dev), ":",
                         static_cast<uint64_t>(status.st_ino));
  }
  return text;
}

size_t StatusNumber(const char* key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != key) continue;
    size_t number = 0;
    status >> number;
    return number;
  }
  return 0;
}

// Around the first byte that differs, so that people can read it.
std::string Excerpt(const std::string& text, size_t at) {
  constexpr size_t kBefore = 20;
  constexpr size_t kLength = 80;
  const size_t begin = at > kBefore ? at - kBefore : 0;
  return client::EscapeText(begin < text.size() ? text.substr(begin, kLength)
                                                : "");
}

}  // namespace

HostState HostState::Now() {
  HostState state;
  const char* locale = std::setlocale(LC_ALL, nullptr);
  state.parts_ = {{"the locale", locale == nullptr ? "" : locale},
                  {"the floating-point environment", RoundingText()},
                  {"signal handlers and masks", SignalsText()},
                  {"the working directory", DirectoryText()},
                  {"the file mode mask", UmaskText()},
                  {"the environment", VariablesText()},
                  {"the standard descriptors", DescriptorsText()}};
  return state;
}

std::string HostState::Difference(const HostState& later) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    const auto& [name, before] = parts_[i];
    const std::string& after = later.parts_[i].second;
    if (before == after) continue;
    size_t at = 0;
    while (at < before.size() && at < after.size() && before[at] == after[at]) {
      ++at;
    }
    return StrCat(name, ": '", Excerpt(before, at), "' is now '",
                  Excerpt(after, at), "'");
  }
  return "";
}

Result<CapturedOutput> CapturedOutput::Start() {
  std::fflush(stdout);
  char path[] = "/tmp/onnxifi-certify-XXXXXX";
  const int file = ::mkostemp(path, O_CLOEXEC);
  if (file < 0) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("a temporary file: ", std::strerror(errno)));
  }
  ::unlink(path);
  const int saved = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  if (saved < 0 || ::dup2(file, STDOUT_FILENO) < 0) {
    ::close(file);
    if (saved >= 0) ::close(saved);
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("standard output: ", std::strerror(errno)));
  }
  return CapturedOutput(saved, file);
}

CapturedOutput::CapturedOutput(CapturedOutput&& other) noexcept
    : saved_(other.saved_), file_(other.file_) {
  other.saved_ = -1;
}

CapturedOutput::~CapturedOutput() { Stop(); }

std::string CapturedOutput::Stop() {
  if (saved_ < 0) return "";
  std::fflush(stdout);
  ::dup2(saved_, STDOUT_FILENO);
  ::close(saved_);
  saved_ = -1;
  char text[256];
  const ssize_t size = ::pread(file_, text, sizeof(text), 0);
  ::close(file_);
  return size <= 0 ? "" : client::EscapeText({text, static_cast<size_t>(size)});
}

size_t ThreadCount() { return StatusNumber("Threads:"); }

size_t DescriptorCount() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  size_t count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

size_t ResidentBytes() { return StatusNumber("VmRSS:") * 1024; }

}  // namespace onnxifi::conformance
