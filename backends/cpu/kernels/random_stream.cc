#include "backends/cpu/kernels/random_stream.h"

#include <sys/random.h>

#include <chrono>
#include <cmath>
#include <numbers>

namespace onnxifi::cpu {

namespace {

constexpr int kRounds = 10;
constexpr uint64_t kMultiplier0 = 0xD2511F53;
constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kStep0 = 0x9E3779B9;
constexpr uint32_t kStep1 = 0xBB67AE85;

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

// A key that no other node of any process has, most likely.
uint64_t FreshKey() {
  uint64_t key = 0;
  if (getrandom(&key, sizeof(key), GRND_NONBLOCK) ==
      static_cast<ssize_t>(sizeof(key))) {
    return key;
  }
  static std::atomic<uint64_t> count = 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return static_cast<uint64_t>(now) * 0x9E3779B97F4A7C15 +
         count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

RandomStream::Block RandomStream::At(uint64_t position) const {
  Block x = {Low(position), High(position), Low(stream_), High(stream_)};
  uint32_t k0 = Low(key_);
  uint32_t k1 = High(key_);
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t p0 = kMultiplier0 * x[0];
    const uint64_t p1 = kMultiplier1 * x[2];
    x = {High(p1) ^ x[1] ^ k0, Low(p1), High(p0) ^ x[3] ^ k1, Low(p0)};
    k0 += kStep0;
    k1 += kStep1;
  }
  return x;
}

std::array<double, 2> RandomStream::Uniform(uint64_t position) const {
  const Block x = At(position);
  const auto number = [](uint32_t high, uint32_t low) {
    const uint64_t bits = (uint64_t{high} << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1p-53;
  };
  return {number(x[0], x[1]), number(x[2], x[3])};
}

std::array<double, 2> RandomStream::Normal(uint64_t position) const {
  const auto [u, v] = Uniform(position);
  // Box and Muller's transform; 1 - u is never 0.
  const double radius = std::sqrt(-2 * std::log1p(-u));
  const double angle = 2 * std::numbers::pi * v;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

RandomSource::RandomSource(std::optional<uint32_t> seed) {
  if (seed.has_value()) {
    key_ = *seed;
    return;
  }
  key_ = FreshKey();
  runs_ = std::make_shared<std::atomic<uint64_t>>(0);
}

RandomStream RandomSource::NextRun() const {
  const uint64_t run =
      runs_ == nullptr ? 0 : runs_->fetch_add(1, std::memory_order_relaxed);
  return {key_, run};
}

}  // namespace onnxifi::cpu
