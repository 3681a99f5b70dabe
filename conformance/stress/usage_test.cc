#include "conformance/stress/usage.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

namespace onnxifi::conformance {
namespace {

GrowthPlan Short() { return {7, 0.2, 12, 60}; }

// What the tests lose on purpose stays reachable for leak checkers.
std::vector<void*>& Lost() {
  static std::vector<void*>& lost = *new std::vector<void*>();
  lost.reserve(1 << 20);
  return lost;
}

// Work that gives everything back.
void Churn() {
  std::vector<void*> blocks;
  for (size_t size : {10u, 100u, 1000u, 50000u, 300000u}) {
    blocks.push_back(std::malloc(size));
    if (blocks.back() != nullptr) std::memset(blocks.back(), 1, size);
  }
  for (void* block : blocks) std::free(block);
}

TEST(MeasureGrowthTest, NothingGrows) {
  const Growth growth = MeasureGrowth(
      [] {
        Churn();
        return true;
      },
      Short());
  EXPECT_EQ(growth.leak, "");
  EXPECT_GT(growth.cycles, 80);
}

TEST(MeasureGrowthTest, SmallAndLargeBlocksAreFound) {
  for (const size_t size : {64u, 200u, 4096u, 1u << 20}) {
    const Growth growth = MeasureGrowth(
        [size] {
          Churn();
          Lost().push_back(std::malloc(size));
          if (Lost().back() != nullptr) std::memset(Lost().back(), 1, size);
          return true;
        },
        Short());
    EXPECT_NE(growth.leak, "") << size;
    EXPECT_GE(growth.heap_per_cycle, static_cast<double>(size));
  }
}

// Memory that the process's allocator knows nothing of.
TEST(MeasureGrowthTest, PagesAreFound) {
  const Growth growth = MeasureGrowth(
      [] {
        void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page != MAP_FAILED) std::memset(page, 1, 4096);
        return page != MAP_FAILED;
      },
      Short());
  EXPECT_NE(growth.leak, "");
}

TEST(MeasureGrowthTest, FilesAndThreadsAreFound) {
  std::vector<int> files;
  const Growth growth = MeasureGrowth(
      [&] {
        files.push_back(::dup(0));
        return files.back() >= 0;
      },
      {5, 0.05, 12, 12});
  EXPECT_NE(growth.leak.find("files"), std::string::npos) << growth.leak;
  for (const int file : files) ::close(file);
}

// A cache that grows until it is full is none.
TEST(MeasureGrowthTest, CachesAreNoLeaks) {
  constexpr size_t kFull = 300;
  size_t kept = 0;
  const Growth growth = MeasureGrowth(
      [&] {
        if (kept < kFull) {
          Lost().push_back(std::malloc(512));
          ++kept;
        }
        return true;
      },
      Short());
  EXPECT_EQ(growth.leak, "");
}

TEST(MeasureGrowthTest, ACycleThatFailsEndsIt) {
  int cycles = 0;
  const Growth growth = MeasureGrowth([&] { return ++cycles < 5; }, Short());
  EXPECT_EQ(cycles, 5);
  EXPECT_EQ(growth.leak, "");
}

}  // namespace
}  // namespace onnxifi::conformance
