#include "conformance/stress/process_state.h"

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/str_cat.h"
#include "client/text.h"

extern char** environ;

namespace onnxifi::conformance {
namespace {

constexpr size_t kShown = 3;

// Handlers are told apart by their address.
std::string HandlerText(const struct sigaction& action) {
  if ((action.sa_flags & SA_SIGINFO) == 0) {
    if (action.sa_handler == SIG_DFL) return "default";
    if (action.sa_handler == SIG_IGN) return "ignored";
  }
  char text[64];
  std::snprintf(text, sizeof(text), "handler %p with flags %x",
                reinterpret_cast<void*>(action.sa_handler),
                static_cast<unsigned>(action.sa_flags));
  return text;
}

std::string MaskText(const sigset_t& mask) {
  std::string text;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (::sigismember(&mask, signal) == 1) text += StrCat(signal, " ");
  }
  return text;
}

// What numbers do, whatever the registers are called: the loads and stores are
// not moved by the compiler.
std::string ArithmeticText() {
  volatile float one = 1.0f;
  volatile float three = 3.0f;
  volatile float tiny = 1e-40f;  // a denormal
  volatile double wide = 1.0;
  volatile float third = one / three;
  volatile float minus = -one / three;
  volatile float same = tiny * one;
  volatile double tenth = wide / 10.0;
  char text[128];
  std::snprintf(text, sizeof(text), "%a %a %a %a", double{third}, double{minus},
                double{same}, double{tenth});
  return text;
}

}  // namespace

void ProcessState::AddLocale() {
  const struct {
    int category;
    const char* name;
  } kRows[] = {{LC_CTYPE, "LC_CTYPE"},       {LC_NUMERIC, "LC_NUMERIC"},
               {LC_TIME, "LC_TIME"},         {LC_COLLATE, "LC_COLLATE"},
               {LC_MONETARY, "LC_MONETARY"}, {LC_MESSAGES, "LC_MESSAGES"}};
  for (const auto& row : kRows) {
    const char* const value = ::setlocale(row.category, nullptr);
    Add(StrCat("locale ", row.name), value == nullptr ? "" : value);
  }
  const bool global = ::uselocale(nullptr) == LC_GLOBAL_LOCALE;
  Add("locale of the thread", global ? "global" : "its own");
}

void ProcessState::AddFloatingPoint() {
  Add("rounding", StrCat(::fegetround()));
  Add("floating-point traps", StrCat(::fegetexcept()));
#if defined(__x86_64__) || defined(__i386__)
  // All but the flags of exceptions, which computing sets.
  Add("MXCSR", StrCat(__builtin_ia32_stmxcsr() & 0xffc0u));
  unsigned short control = 0;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  Add("x87 control word", StrCat(control));
#endif
  Add("arithmetic", ArithmeticText());
}

void ProcessState::AddSignals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action = {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    Add(StrCat("signal ", signal), HandlerText(action));
  }
  sigset_t mask;
  ::sigemptyset(&mask);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  Add("blocked signals", MaskText(mask));
  stack_t stack = {};
  ::sigaltstack(nullptr, &stack);
  Add("signal stack",
      StrCat((stack.ss_flags & SS_DISABLE) != 0 ? "none" : "one"));
  for (const int timer : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
    itimerval value = {};
    ::getitimer(timer, &value);
    Add(StrCat("interval timer ", timer),
        value.it_value.tv_sec + value.it_value.tv_usec == 0 ? "off" : "on");
  }
}

void ProcessState::AddFiles() {
  for (const int fd : {0, 1, 2}) {
    struct stat at = {};
    const bool open = ::fstat(fd, &at) == 0;
    Add(StrCat("standard stream ", fd),
        open ? StrCat("device ", at.st_dev, " file ", at.st_ino, " flags ",
                      ::fcntl(fd, F_GETFL), " ", ::fcntl(fd, F_GETFD))
             : "closed");
  }
  char path[4096];
  Add("current directory", ::getcwd(path, sizeof(path)) == nullptr ? "" : path);
  struct stat root = {};
  ::stat("/", &root);
  Add("root directory", StrCat(root.st_dev, " ", root.st_ino));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  Add("umask", StrCat(mask));
}

void ProcessState::AddLimits() {
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    rlimit limit = {};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    Add(StrCat("resource limit ", resource),
        StrCat(limit.rlim_cur, " of ", limit.rlim_max));
  }
  Add("process group", StrCat(::getpgrp(), " of ", ::getsid(0)));
  Add("user", StrCat(::getuid(), " ", ::geteuid(), " ", ::getgid()));
  Add("core dumps allowed", StrCat(::prctl(PR_GET_DUMPABLE)));
  Add("subreaper", [] {
    int reaper = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &reaper);
    return StrCat(reaper);
  }());
}

void ProcessState::AddThread() {
  char name[32] = {};
  ::prctl(PR_GET_NAME, name);
  Add("name of the thread", name);
  sched_param param = {};
  int policy = 0;
  ::pthread_getschedparam(::pthread_self(), &policy, &param);
  Add("scheduling", StrCat(policy, " priority ", param.sched_priority));
  Add("nice value", StrCat(::getpriority(PRIO_PROCESS, 0)));
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof(set), &set);
  std::string cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus += StrCat(cpu, " ");
  }
  Add("CPUs of the thread", cpus);
  int state = 0;
  ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
  ::pthread_setcancelstate(state, nullptr);
  Add("cancellation", StrCat(state));
}

void ProcessState::AddEnvironment() {
  std::string all;
  for (char** each = environ; *each != nullptr; ++each) {
    all += StrCat(client::EscapeText(*each), "\n");
  }
  Add("environment", all);
}

ProcessState ProcessState::Now() {
  ProcessState state;
  state.AddLocale();
  state.AddFloatingPoint();
  state.AddSignals();
  state.AddFiles();
  state.AddLimits();
  state.AddThread();
  state.AddEnvironment();
  return state;
}

std::string ProcessState::ChangedTo(const ProcessState& now) const {
  std::string text;
  size_t shown = 0;
  for (size_t i = 0; i < facts_.size() && i < now.facts_.size(); ++i) {
    if (facts_[i].second == now.facts_[i].second || ++shown > kShown) continue;
    const bool is_long = facts_[i].second.size() > 200;
    text += StrCat(text.empty() ? "" : "; ", facts_[i].first);
    text += is_long ? " has changed"
                    : StrCat(" was '", facts_[i].second, "' and is '",
                             now.facts_[i].second, "'");
  }
  return text;
}

std::string ProcessState::NotFresh() {
  const ProcessState now = Now();
  std::string text;
  for (const auto& [name, value] : now.facts_) {
    const bool locale = name.rfind("locale LC_", 0) == 0 && value != "C";
    const bool handler =
        name.rfind("signal ", 0) == 0 && value.rfind("handler", 0) == 0;
    const bool rounding = name == "rounding" && value != StrCat(FE_TONEAREST);
    const bool traps = name == "floating-point traps" && value != "0";
    const bool denormals =
        name == "MXCSR" && (std::stoul(value) & 0x8040u) != 0;
    if (!locale && !handler && !rounding && !traps && !denormals) continue;
    text += StrCat(text.empty() ? "" : "; ", name, " is '", value, "'");
  }
  return text;
}

}  // namespace onnxifi::conformance
