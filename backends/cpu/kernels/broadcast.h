#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_BROADCAST_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_BROADCAST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "base/thread_pool.h"
#include "graph/graph.h"

namespace onnxifi::cpu {

inline constexpr size_t kMaxOperands = 3;

// A run of elements for a row kernel: operand k starts at in[k] and moves by
// one element per output (step 1) or stays (step 0).
struct Row {
  std::array<const std::byte*, kMaxOperands> in;
  std::array<int, kMaxOperands> step;
  std::byte* out;
  int64_t count;
};
using RowFn = void (*)(const void* context, const Row& row);

// Pointers and element sizes of one broadcast run.
struct BroadcastArgs {
  std::array<const void*, kMaxOperands> in;
  std::array<int, kMaxOperands> in_bytes;  // of one element, at most 16
  void* out;
  int out_bytes;
};

// How up to three dense operands are walked to fill a dense output: made
// once, with dimensions that all operands treat alike merged. Immutable and
// thread-safe.
class BroadcastPlan {
 public:
  BroadcastPlan() = default;
  // Each shape must broadcast to `out`. Same-shape operands in a blocked
  // layout pass their physical dimensions.
  BroadcastPlan(const graph::Shape& out, std::span<const graph::Shape> shapes);

  // Calls fn on rows that cover the output, in parallel, `grain` elements or
  // more each time. Allocates nothing.
  void Run(ThreadPool& pool, const BroadcastArgs& args, int64_t grain, RowFn fn,
           const void* context) const;

  int64_t total() const { return total_; }
  // Every operand has the output's shape or one element.
  bool is_flat() const { return flat_; }
  size_t loops() const { return dims_.size(); }

 private:
  enum class Kind : uint8_t { kDense, kScalar, kGeneral };

  void RunFlat(ThreadPool& pool, const BroadcastArgs& args, int64_t grain,
               RowFn fn, const void* context) const;
  void RunRows(ThreadPool& pool, const BroadcastArgs& args, int64_t grain,
               RowFn fn, const void* context) const;
  void RunTiles(ThreadPool& pool, const BroadcastArgs& args, int64_t grain,
                RowFn fn, const void* context) const;
  void Gather(size_t operand, const void* src, int bytes, int64_t start,
              int64_t count, std::byte* dst) const;

  size_t operands_ = 0;
  int64_t total_ = 0;
  bool flat_ = true;
  std::vector<int64_t> dims_;  // outermost first, at least one entry
  std::array<std::vector<int64_t>, kMaxOperands> strides_;  // in elements
  std::array<Kind, kMaxOperands> kinds_{};
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_BROADCAST_H_
