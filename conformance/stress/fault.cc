// No memory: every allocation of every call fails once.
#include <dlfcn.h>
#include <limits.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/runner/suite.h"
#include "conformance/stress/fault_bench.h"
#include "conformance/stress/inner.h"

namespace onnxifi::conformance {
namespace {

constexpr const char* kLibrary =
    "/lib/onnxifi/helpers/libonnxifi-certify-alloc.so";

// The library that makes allocations fail, beside this program; empty: it is
// not there.
std::string AllocLibrary() {
  char program[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", program, sizeof(program));
  if (size <= 0 || size == PATH_MAX) return "";
  std::string path(program, static_cast<size_t>(size));
  for (int i = 0; i < 2; ++i) path.resize(path.rfind('/'));
  path += kLibrary;
  return ::access(path.c_str(), R_OK) == 0 ? path : "";
}

// That library, where it is loaded.
class Injector {
 public:
  Injector()
      : arm_(reinterpret_cast<void (*)(long, int)>(
            ::dlsym(RTLD_DEFAULT, "onnxifi_certify_alloc_arm"))),
        disarm_(reinterpret_cast<long (*)(long*)>(
            ::dlsym(RTLD_DEFAULT, "onnxifi_certify_alloc_disarm"))) {}
  bool ready() const { return arm_ != nullptr && disarm_ != nullptr; }
  // The nth allocation from now on fails, or it and all later ones.
  void Arm(long nth, bool all_later) const { arm_(nth, all_later ? 1 : 0); }
  // How many have failed.
  long Disarm() const {
    long failed = 0;
    disarm_(&failed);
    return failed;
  }

 private:
  void (*arm_)(long, int);
  long (*disarm_)(long*);
};

bool SaysNoMemory(onnxStatus status) {
  return status >= ONNXIFI_STATUS_NO_SYSTEM_MEMORY &&
         status <= ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
}

// What is wrong with the status of a call during which allocations failed.
std::string Judge(const FaultCall& call, onnxStatus status) {
  if (Done(status) || SaysNoMemory(status) ||
      (!call.has_code && status == ONNXIFI_STATUS_INTERNAL_ERROR)) {
    return "";
  }
  return StrCat("returns ", StatusText(status), ", not NO_SYSTEM_MEMORY");
}

int64_t HeapInUse() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

// All allocations of a call in turn: the first ones, then fewer and fewer of
// those that are many, unless `all`.
class Sweep {
 public:
  Sweep(FaultBench& bench, const Injector& injector, bool all)
      : bench_(bench), injector_(injector), all_(all) {}

  // What is wrong; empty: nothing.
  std::string Run(const FaultCall& call, bool all_later) {
    for (long n = 1; n < 100000; n += Step(n)) {
      call.prepare();
      if (told_) {
        Tell(StrCat("at allocation ", n, " of ", call.name,
                    all_later ? ", and all behind it" : ""));
      }
      injector_.Arm(n, all_later);
      const onnxStatus status = call.call();
      const long failed = injector_.Disarm();
      ++injections_;
      std::string wrong = Judge(call, status);
      const std::string left = call.finish(status);
      if (wrong.empty()) wrong = left;
      if (failed == 0) {
        if (wrong.empty() && !Done(status)) {
          wrong = StrCat("returns ", StatusText(status),
                         " although nothing failed");
        }
        return Text(call, n, all_later, wrong);
      }
      if (wrong.empty() && n % 7 == 1) {
        wrong = bench_.Broken();
        if (!wrong.empty())
          wrong = "afterwards the backend is broken: " + wrong;
      }
      if (!wrong.empty()) return Text(call, n, all_later, wrong);
    }
    return "";
  }
  // The allocation whose failure loses most, and how much that is; only what is
  // lost each time.
  struct Loss {
    int64_t bytes = 0;
    std::string text;
  };
  Loss Worst(const FaultCall& call) {
    Loss worst;
    for (const bool all_later : {false, true}) {
      for (long n = 1; n < 100000; n += Step(n)) {
        const Loss loss = LossAt(call, n, all_later);
        if (loss.bytes < 0) break;
        if (loss.bytes > worst.bytes) worst = loss;
      }
    }
    return worst;
  }
  void TellNoMore() { told_ = false; }
  long injections() const { return injections_; }

 private:
  // Negative: nothing failed, the call has fewer allocations.
  Loss LossAt(const FaultCall& call, long n, bool all_later) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < 6; ++i) {
      const int64_t before = HeapInUse();
      call.prepare();
      injector_.Arm(n, all_later);
      const onnxStatus status = call.call();
      const long failed = injector_.Disarm();
      static_cast<void>(call.finish(status));
      if (failed == 0) return {-1, ""};
      // The first ones warm up.
      if (i > 2) least = std::min(least, HeapInUse() - before);
    }
    return {least, StrCat(least, " bytes when allocation ", n,
                          all_later ? " and all behind it" : "", " fails")};
  }
  long Step(long n) const { return all_ || n < 40 ? 1 : n / 20; }
  static std::string Text(const FaultCall& call, long n, bool all_later,
                          const std::string& wrong) {
    if (wrong.empty()) return "";
    return StrCat(call.name, " with allocation ", n,
                  all_later ? " and all behind it" : "", " failing: ", wrong);
  }

  FaultBench& bench_;
  const Injector& injector_;
  const bool all_;
  bool told_ = true;
  long injections_ = 0;
};

// Parsers that many plugins share lose an element of a list when the list cannot
// grow: so much is forgiven, where it is rare.
constexpr int64_t kForgiven = 200;

// The same again and again: what is lost for want of memory is lost each time.
void LookForLeaks(Test& test, Sweep& sweep, const FaultCall& call) {
  int64_t least = INT64_MAX;
  int64_t before = HeapInUse();
  const long started = sweep.injections();
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    for (const bool all_later : {false, true}) {
      if (!sweep.Run(call, all_later).empty()) return;
    }
    const int64_t now = HeapInUse();
    // The first round warms up.
    if (round > 0) least = std::min(least, now - before);
    before = now;
  }
  if (least < 32) return;
  const long injections = (sweep.injections() - started) / kRounds;
  const Sweep::Loss worst = sweep.Worst(call);
  if (worst.bytes < kForgiven && least < 24 * injections) return;
  test.Leak(StrCat(call.name, ": ", least, " bytes are lost when its ",
                   injections, " allocations fail one by one; ", worst.text));
}

// The inner process.
void InjectInto(Test& test, bool all) {
  const Injector injector;
  CERTIFY_REQUIRE(test, injector.ready(),
                  "the library for failing allocations "
                  "is not loaded");
  FaultBench bench(test);
  if (!bench.ready()) return;
  Sweep sweep(bench, injector, all);
  const std::vector<FaultCall> calls = bench.Calls();
  for (const FaultCall& call : calls) {
    for (const bool all_later : {false, true}) {
      const std::string wrong = sweep.Run(call, all_later);
      CERTIFY_CHECK(test, wrong.empty(), wrong);
    }
  }
  Tell(StrCat("injections ", sweep.injections()));
  if (test.failed()) return;
  sweep.TellNoMore();
  for (const FaultCall& call : calls) LookForLeaks(test, sweep, call);
  const std::string broken = bench.Broken();
  CERTIFY_CHECK(test, broken.empty(),
                "at the end the backend is broken: ", broken);
}

// The first calls of a process, which initialise the library.
void InjectIntoFirstCalls(Test& test) {
  const Injector injector;
  CERTIFY_REQUIRE(test, injector.ready(),
                  "the library for failing allocations "
                  "is not loaded");
  const Plugin& f = test.plugin();
  for (const bool all_later : {false, true}) {
    for (long n = 1; n < 10000; ++n) {
      Tell(StrCat("at allocation ", n, " of the first onnxGetBackendIDs"));
      onnxBackendID ids[64] = {};
      size_t count = 64;
      injector.Arm(n, all_later);
      const onnxStatus status = f.onnxGetBackendIDs(ids, &count);
      const long failed = injector.Disarm();
      CERTIFY_REQUIRE(test,
                      status == ONNXIFI_STATUS_SUCCESS ||
                          (failed > 0 && SaysNoMemory(status)),
                      "the first onnxGetBackendIDs with allocation ", n,
                      " failing returns ", StatusText(status));
      for (size_t i = 0; status == ONNXIFI_STATUS_SUCCESS && i < count; ++i) {
        CERTIFY_STATUS(test, f.onnxReleaseBackendID(ids[i]),
                       ONNXIFI_STATUS_SUCCESS, "an ID");
      }
      if (failed == 0) break;
    }
  }
  FaultBench bench(test);
  if (!bench.ready()) return;
  const std::string broken = bench.Broken();
  CERTIFY_CHECK(test, broken.empty(),
                "afterwards the backend is broken: ", broken);
}

void WithFaults(Test& test, const std::string& name, int seconds,
                const std::function<void(Test&)>& inside) {
  if (InnerTask() == "fault") {
    inside(test);
    return;
  }
  const std::string library = AllocLibrary();
  if (library.empty()) {
    test.Unsupported(
        "libonnxifi-certify-alloc.so is not installed: the suite "
        "cannot make allocations fail");
    return;
  }
  const Inner inner =
      RunInner(test, name, "fault", seconds, {"LD_PRELOAD=" + library});
  CERTIFY_REQUIRE(test, inner.started, inner.end);
  const std::string last = inner.lines.empty() ? "" : inner.lines.back();
  CERTIFY_CHECK(
      test, inner.finished,
      inner.timed_out ? "the process hangs, " : "the process ends with ",
      inner.timed_out ? "" : inner.end + " ", last, ": ", inner.log);
  for (const Failure& failure : inner.failures) {
    if (inner.leak) {
      test.Leak(failure.text);
    } else {
      test.Fail(__FILE__, __LINE__, failure.text);
    }
  }
  for (const std::string& line : inner.lines) {
    if (line.rfind("injections ", 0) == 0) {
      test.Show("injections", std::stod(line.substr(11)));
    }
  }
}

}  // namespace

void AddFaultTests(TestList* list) {
  list->seconds = 90;
  list->Add("stress/fault/first_calls", {}, [](Test& test) {
    WithFaults(test, "stress/fault/first_calls", 30, &InjectIntoFirstCalls);
  });
  list->Add("stress/fault/calls", {"R-177"}, [](Test& test) {
    WithFaults(test, "stress/fault/calls", 80,
               [](Test& inner) { InjectInto(inner, false); });
  });
  list->quick = false;
  list->seconds = 900;
  list->Add("stress/fault/all_allocations", {"R-177"}, [](Test& test) {
    WithFaults(test, "stress/fault/all_allocations", 850,
               [](Test& inner) { InjectInto(inner, true); });
  });
}

}  // namespace onnxifi::conformance
