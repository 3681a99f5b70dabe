#include "loader/probe.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "loader/temp_dir.h"

namespace onnxifi::loader {
namespace {

namespace fs = std::filesystem;

std::string Fixture(const std::string& name) {
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + name + ".so";
}

Outcome RunProbe(const std::string& name, int timeout_ms = 60'000) {
  return Probe(ONNXIFI_PROBE_HELPER, timeout_ms).Run(Fixture(name));
}

TEST(ProbeTest, AGoodPluginPasses) {
  const Outcome outcome = RunProbe("good");
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

TEST(ProbeTest, WhatAPluginDoesStaysInTheChild) {
  EXPECT_EQ(RunProbe("abort").reason, Reason::kProbeCrashed);
  EXPECT_EQ(RunProbe("exit").reason, Reason::kProbeExited);
  EXPECT_FALSE(RunProbe("throws").ok());
  const Outcome crash = RunProbe("crash");
  EXPECT_EQ(crash.reason, Reason::kProbeCrashed);
  EXPECT_NE(crash.text.find("signal 11"), std::string::npos) << crash.text;
}

TEST(ProbeTest, RefusalsKeepTheirReasonAndText) {
  const Outcome outcome = RunProbe("missing_symbol");
  EXPECT_EQ(outcome.reason, Reason::kSymbolMissing);
  EXPECT_EQ(outcome.text, "does not export onnxRunGraph");
}

TEST(ProbeTest, AHangEndsInTime) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(RunProbe("hang", 300).reason, Reason::kProbeTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  // No zombie is left.
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ProbeTest, WorksInAHostThatIgnoresItsChildren) {
  struct sigaction old;
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGCHLD, &ignore, &old);
  EXPECT_TRUE(RunProbe("good").ok());
  EXPECT_FALSE(RunProbe("abort").ok());
  sigaction(SIGCHLD, &old, nullptr);
}

TEST(ProbeTest, AMissingHelperIsNoticed) {
  EXPECT_FALSE(Probe("", 100).available());
  EXPECT_FALSE(Probe("/no/such/helper", 100).available());
  EXPECT_TRUE(Probe(ONNXIFI_PROBE_HELPER, 100).available());
}

class ProbeCacheTest : public testing::Test {
 protected:
  bool Find(Outcome* outcome) {
    return ProbeCache(dir_ / "cache").Find("/p.so", identity_, outcome);
  }
  void Store(const Outcome& outcome) {
    ProbeCache(dir_ / "cache").Store("/p.so", identity_, outcome);
  }
  std::string OnlyFile() {
    return fs::directory_iterator(dir_ / "cache")->path().string();
  }

  TempDir dir_;
  FileIdentity identity_{1, 2, 3, 4, 5, 6};
};

TEST_F(ProbeCacheTest, RemembersByIdentity) {
  Outcome outcome;
  EXPECT_FALSE(Find(&outcome));
  Store({Reason::kProbeCrashed, "crashes (signal 11)"});
  ASSERT_TRUE(Find(&outcome));
  EXPECT_EQ(outcome.reason, Reason::kProbeCrashed);
  EXPECT_EQ(outcome.text, "crashes (signal 11)");
  Store({});
  ASSERT_TRUE(Find(&outcome));
  EXPECT_TRUE(outcome.ok());
  ++identity_.mtime_ns;
  EXPECT_FALSE(Find(&outcome));
}

TEST_F(ProbeCacheTest, RefusalsExpireAndPassesDoNot) {
  Store({Reason::kProbeTimeout, "slow"});
  const auto rewrite = [&](const std::string& from, const std::string& to) {
    std::string text;
    ASSERT_TRUE(ReadSmallFile(OnlyFile(), 4096, &text).ok());
    text.replace(text.find(from),
                 text.find(' ', text.find(from) + 6) - text.find(from), to);
    dir_.Write("cache/" + fs::path(OnlyFile()).filename().string(), text);
  };
  rewrite("\n1110 ", "\n1110 100");
  Outcome outcome;
  EXPECT_FALSE(Find(&outcome));
  rewrite("\n1110 ", "\n0 100");
  EXPECT_TRUE(Find(&outcome));
}

TEST_F(ProbeCacheTest, DamagedEntriesAreNothing) {
  Store({Reason::kProbeCrashed, "x"});
  std::string text;
  ASSERT_TRUE(ReadSmallFile(OnlyFile(), 4096, &text).ok());
  const std::string name = "cache/" + fs::path(OnlyFile()).filename().string();
  Outcome outcome;
  for (size_t length = 0; length < text.find("\n1109 ") + 6; ++length) {
    dir_.Write(name, text.substr(0, length));
    EXPECT_FALSE(Find(&outcome)) << length;
  }
  dir_.Write(name, text.substr(0, text.find('\n')) + "\n42 9999999999 x");
  EXPECT_FALSE(Find(&outcome));
}

TEST_F(ProbeCacheTest, UnwritableOrNoDirectoryIsNoError) {
  dir_.Write("file", "");
  const ProbeCache under_file(dir_ / "file/x");
  under_file.Store("/p.so", identity_, {});
  Outcome outcome;
  EXPECT_FALSE(under_file.Find("/p.so", identity_, &outcome));
  const ProbeCache off("");
  off.Store("/p.so", identity_, {});
  EXPECT_FALSE(off.Find("/p.so", identity_, &outcome));
}

TEST_F(ProbeCacheTest, AHitIsCheap) {
  Store({});
  double best = 1e9;
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome;
    ASSERT_TRUE(Find(&outcome));
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(best, 100) << "microseconds";
#endif
  RecordProperty("microseconds", std::to_string(best));
}

}  // namespace
}  // namespace onnxifi::loader
