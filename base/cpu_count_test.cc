#include "base/cpu_count.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>

namespace onnxifi {
namespace {

TEST(CpuCountTest, ReadsQuotas) {
  EXPECT_EQ(CpusOfQuota("200000 100000\n"), 2);
  EXPECT_EQ(CpusOfQuota("150000 100000"), 2);
  EXPECT_EQ(CpusOfQuota("1000 100000"), 1);
  EXPECT_EQ(CpusOfQuota("max 100000\n"), 0);
  EXPECT_EQ(CpusOfQuota("-1 100000"), 0);
  EXPECT_EQ(CpusOfQuota("100000 0"), 0);
  EXPECT_EQ(CpusOfQuota("100000"), 0);
  EXPECT_EQ(CpusOfQuota(""), 0);
}

TEST(CpuCountTest, FollowsTheAffinityMask) {
  const int before = AvailableCpus();
  EXPECT_GE(before, 1);
  cpu_set_t old_set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(old_set), &old_set), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AvailableCpus(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof(old_set), &old_set), 0);
  EXPECT_EQ(AvailableCpus(), before);
}

TEST(CpuCountTest, EnvIntTakesOnlyNumbersInRange) {
  constexpr char kName[] = "ONNXIFI_CPU_COUNT_TEST";
  unsetenv(kName);
  EXPECT_EQ(EnvInt(kName, 1, 256, 7), 7);
  const struct {
    const char* text;
    int value;
  } kCases[] = {{"3", 3},   {"256", 256}, {"0", 7},
                {"257", 7}, {"3x", 7},    {"", 7}};
  for (const auto& c : kCases) {
    setenv(kName, c.text, 1);
    EXPECT_EQ(EnvInt(kName, 1, 256, 7), c.value) << c.text;
  }
  unsetenv(kName);
}

}  // namespace
}  // namespace onnxifi
