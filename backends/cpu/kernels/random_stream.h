#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_STREAM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_STREAM_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace onnxifi::cpu {

// A stream of random numbers in which every position can be computed on its
// own (Philox 4x32 with ten rounds: a keyed permutation of a counter), so that
// threads share a tensor and the result does not depend on them. Immutable.
class RandomStream {
 public:
  using Block = std::array<uint32_t, 4>;

  RandomStream(uint64_t key, uint64_t stream) : key_(key), stream_(stream) {}

  // 128 random bits.
  Block At(uint64_t position) const;
  // Two numbers in [0, 1) with 53 random bits each.
  std::array<double, 2> Uniform(uint64_t position) const;
  // Two independent numbers of the standard normal distribution.
  std::array<double, 2> Normal(uint64_t position) const;
  // The same as one sequence of single numbers.
  double UniformNumber(uint64_t i) const { return Uniform(i / 2)[i % 2]; }

 private:
  uint64_t key_;
  uint64_t stream_;
};

// Where a node's numbers come from: the same in every run with a seed, else
// others in every run. Thread-safe; copies share the count of runs.
class RandomSource {
 public:
  explicit RandomSource(std::optional<uint32_t> seed);

  // For one run.
  RandomStream NextRun() const;

 private:
  uint64_t key_;
  std::shared_ptr<std::atomic<uint64_t>> runs_;  // null with a seed
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RANDOM_STREAM_H_
