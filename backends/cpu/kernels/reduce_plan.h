#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "backends/cpu/kernels/reduce_kernel.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// What happens to an accumulator at the end.
enum class ReduceEnd : uint8_t { kNone, kMean, kSqrt, kLog, kLogSumExp };

// A reduction of one dense tensor over some of its dimensions, neighbouring
// dimensions of one kind merged. Making one allocates nothing, so that axes
// known only at run time work too. Immutable and thread-safe.
class ReducePlan {
 public:
  ReducePlan() = default;
  // Bit d of `reduced` says that dimension d goes. The type must have a kernel (FindReduce;
  // float16/bfloat16 go through float).
  ReducePlan(graph::DataType type, std::span<const int64_t> dims,
             uint64_t reduced, ReduceOp op, ReduceEnd end);

  // `scratch` has ScratchBytes of the input's elements.
  void Run(ThreadPool& pool, const void* in, void* out, void* scratch) const;
  static size_t ScratchBytes(int64_t elements);

  int64_t outputs() const { return outputs_; }

 private:
  struct Dim {
    int64_t size;
    int64_t stride;
  };
  // Outer dimensions, innermost first.
  struct DimList {
    std::array<Dim, graph::kMaxRank> dims;
    size_t count = 0;

    std::span<const Dim> span() const { return {dims.data(), count}; }
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
  ReduceKernel max_;   // for the shift of kLogSumExp
  ReduceKernel join_;  // joins accumulators
  DimList kept_;
  DimList reduced_;
  bool columns_ = false;  // the innermost dimension is kept
  int64_t inner_ = 1;     // its size
  int64_t outputs_ = 1;
  int64_t reduced_count_ = 1;  // elements per output
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_REDUCE_PLAN_H_
