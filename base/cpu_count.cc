#include "base/cpu_count.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace onnxifi {
namespace {

std::string ReadSmallFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char buffer[4096];
  const ssize_t got = read(fd, buffer, sizeof(buffer));
  close(fd);
  return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : "";
}

int AffinityCpus() {
  // The kernel refuses a mask smaller than its own, so try larger ones.
  for (int cpus = 1024; cpus <= 1 << 16; cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(static_cast<size_t>(cpus));
    if (set == nullptr) break;
    const size_t bytes = CPU_ALLOC_SIZE(static_cast<size_t>(cpus));
    const int rc = sched_getaffinity(0, bytes, set);
    const int count = rc == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

// The smallest quota of the process's own cgroup and its ancestors.
int CgroupCpus() {
  const std::string kRoot = "/sys/fs/cgroup";
  std::string path;
  const std::string self = ReadSmallFile("/proc/self/cgroup");
  if (const size_t at = self.find("0::/"); at != std::string::npos) {
    path = self.substr(at + 3, self.find('\n', at) - at - 3);
  }
  int best = 0;
  for (;;) {
    const int cpus = CpusOfQuota(ReadSmallFile(kRoot + path + "/cpu.max"));
    if (cpus > 0) best = best == 0 ? cpus : std::min(best, cpus);
    if (path.empty()) break;
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
  if (best > 0) return best;
  std::string quota = ReadSmallFile(kRoot + "/cpu/cpu.cfs_quota_us");
  const std::string period = ReadSmallFile(kRoot + "/cpu/cpu.cfs_period_us");
  while (!quota.empty() && quota.back() == '\n') quota.pop_back();
  return CpusOfQuota(quota + ' ' + period);
}

}  // namespace

int CpusOfQuota(std::string_view cpu_max) {
  int64_t quota = 0;
  int64_t period = 0;
  const char* end = cpu_max.data() + cpu_max.size();
  const auto first = std::from_chars(cpu_max.data(), end, quota);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') {
    return 0;
  }
  const auto second = std::from_chars(first.ptr + 1, end, period);
  if (second.ec != std::errc() || quota <= 0 || period <= 0) return 0;
  const int64_t cpus = quota / period + (quota % period != 0 ? 1 : 0);
  return static_cast<int>(std::clamp<int64_t>(cpus, 1, 1 << 16));
}

int AvailableCpus() {
  const int cores = AffinityCpus();
  const int quota = CgroupCpus();
  return quota > 0 ? std::min(cores, quota) : cores;
}

int EnvInt(const char* name, int low, int high, int fallback) {
  const char* text = std::getenv(name);
  if (text == nullptr) return fallback;
  int value = 0;
  const char* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return fallback;
  return value < low || value > high ? fallback : value;
}

}  // namespace onnxifi
