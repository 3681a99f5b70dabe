#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backends/cpu/kernels/reduce_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// What happens to an accumulator at the end.
enum class ReduceEnd : uint8_t { kNone, kMean, kSqrt, kLog, kLogSumExp };

// A reduction of one dense tensor over some of its dimensions: made once,
// neighbouring dimensions of one kind merged. Immutable and thread-safe.
class ReducePlan {
 public:
  ReducePlan() = default;
  // `reduced` is parallel to dims. The type must have a kernel (FindReduce;
  // float16/bfloat16 go through float).
  ReducePlan(graph::DataType type, std::span<const int64_t> dims,
             const std::vector<bool>& reduced, ReduceOp op, ReduceEnd end);

  // `scratch` has scratch_bytes().
  void Run(ThreadPool& pool, const void* in, void* out, void* scratch) const;
  size_t scratch_bytes() const;

  int64_t outputs() const { return outputs_; }

 private:
  struct Dim {
    int64_t size;
    int64_t stride;
  };
  struct Block;

  void ReduceBlock(const void* in, void* out, int64_t first,
                   int64_t count) const;
  void Fold(const Block& block, const ReduceKernel& kernel, void* acc,
            const void* shift) const;
  void FoldRun(const Block& block, const ReduceKernel& kernel, int64_t offset,
               void* acc, const void* shift) const;
  void Finish(void* acc, const void* shift, int64_t count, void* out,
              int64_t first) const;
  void RunSplit(ThreadPool& pool, const void* in, void* out,
                void* scratch) const;
  bool Splits() const;

  graph::DataType type_ = graph::DataType::kUndefined;
  graph::DataType compute_ = graph::DataType::kUndefined;
  ReduceEnd end_ = ReduceEnd::kNone;
  ReduceKernel kernel_;
  ReduceKernel max_;          // for the shift of kLogSumExp
  ReduceKernel join_;         // joins accumulators
  std::vector<Dim> kept_;     // outer kept dimensions
  std::vector<Dim> reduced_;  // outer reduced dimensions
  bool columns_ = false;      // the innermost dimension is kept
  int64_t inner_ = 1;         // its size
  int64_t outputs_ = 1;
  int64_t reduced_count_ = 1;  // elements per output
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_
