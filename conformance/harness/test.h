#ifndef ONNXIFI_CONFORMANCE_HARNESS_TEST_H_
#define ONNXIFI_CONFORMANCE_HARNESS_TEST_H_

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "conformance/harness/outcome.h"
#include "conformance/harness/plugin.h"
#include "conformance/harness/vendor_profile.h"

namespace onnxifi::conformance {

class CaseArchive;

// What a worker process holds for all of its tests. Built once, then constant.
struct Environment {
  Plugin plugin;
  size_t backend = 0;  // index in onnxGetBackendIDs
  uint64_t seed = 0;
  const CaseArchive* archive = nullptr;  // may be NULL
  VendorProfile profile;
};

// One check that did not hold.
struct Failure {
  std::string where;  // "file:line"
  std::string text;
};

// A file that helps to understand a failure: a model, an input, a result.
struct Artifact {
  std::string name;
  std::string bytes;
};

// A number that the report shows: an error against its limit, a time.
struct Figure {
  std::string name;
  double value = 0;
  double limit = 0;  // 0: none
};

// One running test. Collects what is found; a test ends when its function
// returns. Checks may come from several threads only through their own means:
// not thread-safe.
class Test {
 public:
  Test(const Environment& environment, std::string name);

  const Environment& environment() const { return environment_; }
  const Plugin& plugin() const { return environment_.plugin; }
  // The same numbers for one seed and name, whatever ran before.
  std::mt19937_64& random() { return random_; }

  // One check was made. A test without any fails: nothing was looked at.
  void Count() { ++checks_; }
  // A check that does not hold. The test goes on; more than 20 are not kept.
  void Fail(const char* file, int line, const std::string& text);
  // The plugin does not do it, and need not.
  void Unsupported(const std::string& reason) { unsupported_ = reason; }
  // Something was not given back.
  void Leak(const std::string& text) { leak_ = text; }
  void Keep(std::string name, std::string bytes);
  void Show(std::string name, double value, double limit = 0) {
    figures_.push_back({std::move(name), value, limit});
  }

  bool failed() const { return !failures_.empty(); }
  size_t checks() const { return checks_; }
  const std::vector<Failure>& failures() const { return failures_; }
  const std::vector<Artifact>& artifacts() const { return artifacts_; }
  const std::vector<Figure>& figures() const { return figures_; }
  // FAIL before LEAK before UNSUPPORTED; a test without checks has failed.
  Outcome outcome() const;
  // Why it is not a pass; empty for PASS.
  std::string reason() const;

 private:
  friend class TimedTurn;

  const Environment& environment_;
  std::string name_;
  std::mt19937_64 random_;
  size_t checks_ = 0;
  std::vector<Failure> failures_;
  std::vector<Artifact> artifacts_;
  std::vector<Figure> figures_;
  std::string unsupported_;
  std::string leak_;
};

// A turn of a loop whose number of turns depends on how fast the machine is: the
// checks of further turns are not counted, so that a test always counts the same.
class TimedTurn {
 public:
  TimedTurn(Test& test, bool counted)
      : test_(test), before_(counted ? kCounted : test.checks_) {}
  ~TimedTurn() {
    if (before_ != kCounted) test_.checks_ = before_;
  }
  TimedTurn(const TimedTurn&) = delete;
  TimedTurn& operator=(const TimedTurn&) = delete;

 private:
  static constexpr size_t kCounted = SIZE_MAX;
  Test& test_;
  const size_t before_;
};

// "SUCCESS", or "status 0x1234" for a number outside the interface.
std::string StatusText(onnxStatus status);

// A check; the text says what is wrong.
#define CERTIFY_CHECK(test, condition, ...)                 \
  do {                                                      \
    (test).Count();                                         \
    if (!(condition)) {                                     \
      (test).Fail(__FILE__, __LINE__,                       \
                  ::onnxifi::StrCat(#condition " does not " \
                                               "hold: ",    \
                                    __VA_ARGS__));          \
    }                                                       \
  } while (false)

// The same, and the function returns when it does not hold.
#define CERTIFY_REQUIRE(test, condition, ...)                \
  do {                                                       \
    (test).Count();                                          \
    if (!(condition)) {                                      \
      (test).Fail(__FILE__, __LINE__,                        \
                  ::onnxifi::StrCat(#condition " does "      \
                                               "not hold: ", \
                                    __VA_ARGS__));           \
      return;                                                \
    }                                                        \
  } while (false)

// A call and the status that it must return; the text says in which case.
#define CERTIFY_STATUS(test, call, expected, ...)                             \
  do {                                                                        \
    (test).Count();                                                           \
    const onnxStatus certify_got = (call);                                    \
    if (certify_got != (expected)) {                                          \
      (test).Fail(__FILE__, __LINE__,                                         \
                  ::onnxifi::StrCat(                                          \
                      #call " returns ",                                      \
                      ::onnxifi::conformance::StatusText(certify_got),        \
                      ", not ", ::onnxifi::conformance::StatusText(expected), \
                      ": ", __VA_ARGS__));                                    \
    }                                                                         \
  } while (false)

// Which tests a plugin must pass that claims a profile.
enum class Profile { kCore, kDynamic, kFp16, kQuantised, kAsync, kMemory };
const char* ProfileName(Profile profile);

// A test of the suite.
struct TestInfo {
  // "group/name": lower case, digits, '_' and '/'. Tests of one group run in
  // one process.
  std::string name;
  Profile profile = Profile::kCore;
  // Identifiers of onnxifi.h and onnxifi_ext.h that it tests.
  std::vector<std::string> requirements;
  std::function<void(Test&)> run;
  int seconds = 30;   // then it hangs
  bool quick = true;  // part of the quick tier
};

// What the files of tests append to.
class TestList {
 public:
  void Add(std::string name, std::vector<std::string> requirements,
           std::function<void(Test&)> run) {
    tests_.push_back(
        {std::move(name), profile, std::move(requirements), std::move(run)});
    tests_.back().seconds = seconds;
    tests_.back().quick = quick;
  }
  // Hold for what is added from now on.
  Profile profile = Profile::kCore;
  int seconds = 30;
  bool quick = true;

  std::vector<TestInfo>& tests() { return tests_; }

 private:
  std::vector<TestInfo> tests_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_TEST_H_
