#include "conformance/stress/usage.h"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// More than this in one round ends it: what leaks so much is known.
constexpr int64_t kEnough = int64_t{512} << 20;

// Limits of one cycle. The heap is exact; pages are not, because of what the
// allocator keeps.
constexpr double kHeapLimit = 24;
constexpr double kResidentLimit = 2048;
constexpr double kAddressLimit = 4096;

int64_t EntriesOf(const char* folder) {
  DIR* const dir = ::opendir(folder);
  if (dir == nullptr) return 0;
  int64_t count = 0;
  while (::readdir(dir) != nullptr) ++count;
  ::closedir(dir);
  return count;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Median of what a window adds to a member.
double Trend(const std::vector<Usage>& samples, int64_t Usage::*member) {
  std::vector<double> steps;
  for (size_t i = 1; i < samples.size(); ++i) {
    steps.push_back(
        static_cast<double>(samples[i].*member - samples[i - 1].*member));
  }
  return Median(std::move(steps));
}

// What grows, per cycle; empty when nothing does.
std::string Judge(const std::vector<Usage>& samples, int window) {
  const double heap = Trend(samples, &Usage::heap) / window;
  if (heap >= kHeapLimit) {
    return StrCat(static_cast<int64_t>(heap), " bytes of heap in each cycle");
  }
  if (Trend(samples, &Usage::files) >= 1) {
    return "open files: their number grows";
  }
  if (Trend(samples, &Usage::threads) >= 1) {
    return "threads: their number grows";
  }
  const double resident = Trend(samples, &Usage::resident) / window;
  if (resident >= kResidentLimit) {
    return StrCat(static_cast<int64_t>(resident),
                  " bytes of memory in each cycle");
  }
  const double address = Trend(samples, &Usage::address) / window;
  if (address >= kAddressLimit) {
    return StrCat(static_cast<int64_t>(address),
                  " bytes of address space in each cycle");
  }
  return "";
}

// One round: a sample before each window and behind the last one.
bool Round(const std::function<bool()>& cycle, int windows, int window,
           std::vector<Usage>* samples) {
  samples->clear();
  samples->reserve(static_cast<size_t>(windows) + 1);
  samples->push_back(UsageNow());
  for (int i = 0; i < windows; ++i) {
    for (int k = 0; k < window; ++k) {
      if (!cycle()) return false;
    }
    samples->push_back(UsageNow());
    if (samples->back().resident - samples->front().resident > kEnough &&
        samples->size() > 3) {
      break;
    }
  }
  return true;
}

}  // namespace

Usage UsageNow() {
  // What the allocator keeps for later is nobody's.
  ::malloc_trim(0);
  Usage usage;
  const struct mallinfo2 info = ::mallinfo2();
  usage.heap = static_cast<int64_t>(info.uordblks + info.hblkhd);
  if (std::FILE* const file = std::fopen("/proc/self/statm", "re")) {
    long total = 0;
    long resident = 0;
    if (std::fscanf(file, "%ld %ld", &total, &resident) == 2) {
      const int64_t page = ::sysconf(_SC_PAGESIZE);
      usage.address = total * page;
      usage.resident = resident * page;
    }
    std::fclose(file);
  }
  usage.files = EntriesOf("/proc/self/fd");
  usage.threads = EntriesOf("/proc/self/task");
  return usage;
}

Growth MeasureGrowth(const std::function<bool()>& cycle,
                     const GrowthPlan& plan) {
  Growth growth;
  // Warm up, and see how long a cycle takes.
  const auto start = Clock::now();
  int warm = 0;
  double elapsed = 0;
  while (warm < 100 && (warm < 10 || elapsed < plan.seconds / 4)) {
    if (!cycle()) return growth;
    ++warm;
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  }
  const double each = std::max(elapsed / warm, 1e-7);
  const int window =
      std::clamp(static_cast<int>(plan.seconds / plan.windows / each),
                 plan.least, plan.most);
  std::vector<Usage> samples;
  for (int round = 0; round < 3; ++round) {
    if (!Round(cycle, plan.windows, window, &samples)) {
      growth.leak.clear();
      return growth;
    }
    growth.cycles = window * plan.windows;
    growth.heap_per_cycle = Trend(samples, &Usage::heap) / window;
    growth.leak = Judge(samples, window);
    if (growth.leak.empty()) break;
    if (samples.back().resident - samples.front().resident > kEnough) break;
  }
  return growth;
}

}  // namespace onnxifi::conformance
