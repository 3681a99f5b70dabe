#include "backends/cpu/kernels/reduce_plan.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {

namespace {

// Outputs whose accumulators live on the stack at once.
constexpr int64_t kBlock = 512;
// Accumulators are joined by the operator without its map.
ReduceOp JoinOf(ReduceOp op) {
  switch (op) {
    case ReduceOp::kProd:
    case ReduceOp::kMax:
    case ReduceOp::kMin:
      return op;
    default:
      return ReduceOp::kSum;
  }
}

// A single output over more elements than this is split among threads; the
// pieces do not depend on the number of threads, nor does the result.
constexpr int64_t kPiece = 65536;

template <typename T>
void FinishTyped(ReduceEnd end, T* acc, const T* shift, int64_t reduced,
                 int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    switch (end) {
      case ReduceEnd::kNone:
        return;
      case ReduceEnd::kMean:
        if constexpr (std::is_floating_point_v<T>) {
          acc[i] /= static_cast<T>(reduced);
        } else {
          acc[i] =
              reduced == 0
                  ? T{0}
                  : static_cast<T>(
                        std::is_signed_v<T>
                            ? static_cast<T>(static_cast<int64_t>(acc[i]) /
                                             reduced)
                            : static_cast<T>(static_cast<uint64_t>(acc[i]) /
                                             static_cast<uint64_t>(reduced)));
        }
        break;
      case ReduceEnd::kSqrt:
        if constexpr (std::is_floating_point_v<T>) {
          acc[i] = std::sqrt(acc[i]);
        } else {
          acc[i] = static_cast<T>(
              std::sqrt(std::max(0.0, static_cast<double>(acc[i]))));
        }
        break;
      case ReduceEnd::kLog:
      case ReduceEnd::kLogSumExp:
        if constexpr (std::is_floating_point_v<T>) {
          acc[i] = std::log(acc[i]);
          if (end == ReduceEnd::kLogSumExp) acc[i] += shift[i];
        }
        break;
    }
  }
}

// An infinite maximum would make x - max NaN: such sums need no shift.
template <typename T>
void DropInfinity(T* shift, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (std::isinf(shift[i])) shift[i] = 0;
  }
}

}  // namespace

// Outputs [first, first + count), whose accumulators are neighbours.
struct ReducePlan::Block {
  const std::byte* in;
  int64_t count;
  int64_t offset;  // of the first element, in elements
};

ReducePlan::ReducePlan(DataType type, std::span<const int64_t> dims,
                       uint64_t reduced, ReduceOp op, ReduceEnd end)
    : type_(type),
      compute_(IsHalf(type) ? DataType::kFloat : type),
      end_(end),
      kernel_(FindReduce(op, compute_)),
      max_(FindReduce(ReduceOp::kMax, compute_)),
      join_(FindReduce(JoinOf(op), compute_)) {
  int64_t stride = 1;
  DimList* last = nullptr;  // the list that got the innermost run so far
  bool innermost = true;
  for (size_t d = dims.size(); d-- > 0;) {
    const bool goes = (reduced >> d & 1) != 0;
    (goes ? reduced_count_ : outputs_) *= dims[d];
    if (dims[d] == 1) continue;
    DimList* list = goes ? &reduced_ : &kept_;
    if (list == last) {
      (innermost ? inner_ : list->dims[list->count - 1].size) *= dims[d];
    } else if (last == nullptr) {
      columns_ = !goes;
      inner_ = dims[d];
    } else {
      innermost = false;
      list->dims[list->count++] = {dims[d], stride};
    }
    last = list;
    stride *= dims[d];
  }
  if (last == nullptr) columns_ = true;
}

bool ReducePlan::Splits() const {
  return outputs_ == 1 && !columns_ && reduced_.count == 0 &&
         reduced_count_ > kPiece && end_ != ReduceEnd::kLogSumExp;
}

size_t ReducePlan::ScratchBytes(int64_t elements) {
  return static_cast<size_t>(elements / kPiece + 1) * 8;
}

void ReducePlan::Run(ThreadPool& pool, const void* in, void* out,
                     void* scratch) const {
  if (outputs_ == 0) return;
  if (Splits()) return RunSplit(pool, in, out, scratch);
  const int64_t width = columns_ ? inner_ : 1;
  const int64_t block = columns_ ? std::min(kBlock, width) : 1;
  const int64_t blocks = (width + block - 1) / block;
  const int64_t work = block * std::max<int64_t>(reduced_count_, 1);
  const int64_t items = outputs_ / width * blocks;
  pool.ParallelRange(items, kElementGrain / work,
                     [&](int64_t begin, int64_t end) {
                       for (int64_t item = begin; item < end; ++item) {
                         const int64_t start = item % blocks * block;
                         ReduceBlock(in, out, item / blocks * width + start,
                                     std::min(block, width - start));
                       }
                     });
}

void ReducePlan::ReduceBlock(const void* in, void* out, int64_t first,
                             int64_t count) const {
  alignas(64) std::byte acc[kBlock * 8];
  alignas(64) std::byte shift[kBlock * 8];
  const int64_t width = columns_ ? inner_ : 1;
  Block block{static_cast<const std::byte*>(in), count, first % width};
  int64_t rest = first / width;
  for (const Dim& dim : kept_.span()) {
    block.offset += rest % dim.size * dim.stride;
    rest /= dim.size;
  }
  if (end_ == ReduceEnd::kLogSumExp) {
    max_.clear(shift, count);
    Fold(block, max_, shift, nullptr);
    if (compute_ == DataType::kFloat) {
      DropInfinity(reinterpret_cast<float*>(shift), count);
    } else {
      DropInfinity(reinterpret_cast<double*>(shift), count);
    }
  }
  kernel_.clear(acc, count);
  Fold(block, kernel_, acc, shift);
  Finish(acc, shift, count, out, first);
}

// Walks the outer reduced dimensions, innermost first.
void ReducePlan::Fold(const Block& block, const ReduceKernel& kernel, void* acc,
                      const void* shift) const {
  int64_t runs = 1;
  const std::span<const Dim> dims = reduced_.span();
  for (const Dim& dim : dims) runs *= dim.size;
  if (reduced_count_ == 0) return;
  if (runs == 1) return FoldRun(block, kernel, block.offset, acc, shift);
  int64_t index[graph::kMaxRank] = {};
  int64_t offset = block.offset;
  for (int64_t run = 0; run < runs; ++run) {
    FoldRun(block, kernel, offset, acc, shift);
    for (size_t d = 0; d < dims.size(); ++d) {
      offset += dims[d].stride;
      if (++index[d] < dims[d].size) break;
      offset -= dims[d].stride * dims[d].size;
      index[d] = 0;
    }
  }
}

void ReducePlan::FoldRun(const Block& block, const ReduceKernel& kernel,
                         int64_t offset, void* acc, const void* shift) const {
  const int64_t bytes = static_cast<int64_t>(ElementBytes(type_));
  const int64_t count = columns_ ? block.count : inner_;
  const auto fold = columns_ ? kernel.columns : kernel.row;
  const std::byte* x = block.in + offset * bytes;
  if (type_ == compute_) {
    fold(x, count, acc, shift);
    return;
  }
  float tile[kFloatTile];
  for (int64_t i = 0; i < count; i += kFloatTile) {
    const int64_t n = std::min(kFloatTile, count - i);
    Convert(type_, x + i * bytes, DataType::kFloat, tile, 0, n, {});
    // Column blocks fit one tile, so acc and shift need no offset.
    fold(tile, n, acc, shift);
  }
}

void ReducePlan::Finish(void* acc, const void* shift, int64_t count, void* out,
                        int64_t first) const {
  using EndTypes =
      TypeList<float, double, int32_t, uint32_t, int64_t, uint64_t>;
  DispatchType<EndTypes>(compute_, [&]<typename T>() {
    FinishTyped<T>(end_, static_cast<T*>(acc), static_cast<const T*>(shift),
                   reduced_count_, count);
  });
  const int64_t bytes = static_cast<int64_t>(ElementBytes(type_));
  std::byte* target = static_cast<std::byte*>(out) + first * bytes;
  if (type_ == compute_) {
    std::memcpy(target, acc, static_cast<size_t>(count * bytes));
  } else {
    Convert(compute_, acc, type_, target, 0, count, {});
  }
}

void ReducePlan::RunSplit(ThreadPool& pool, const void* in, void* out,
                          void* scratch) const {
  const int64_t pieces = (inner_ + kPiece - 1) / kPiece;
  auto* partial = static_cast<std::byte*>(scratch);
  const int64_t bytes = static_cast<int64_t>(ElementBytes(type_));
  const int64_t acc_bytes = static_cast<int64_t>(ElementBytes(compute_));
  pool.ParallelRange(pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      kernel_.clear(partial + p * acc_bytes, 1);
      const std::byte* x =
          static_cast<const std::byte*>(in) + p * kPiece * bytes;
      const int64_t n = std::min(kPiece, inner_ - p * kPiece);
      float tile[kFloatTile];
      for (int64_t i = 0; i < n; i += kFloatTile) {
        if (type_ == compute_) {
          kernel_.row(x, n, partial + p * acc_bytes, nullptr);
          break;
        }
        const int64_t m = std::min(kFloatTile, n - i);
        Convert(type_, x + i * bytes, DataType::kFloat, tile, 0, m, {});
        kernel_.row(tile, m, partial + p * acc_bytes, nullptr);
      }
    }
  });
  alignas(8) std::byte acc[8];
  join_.clear(acc, 1);
  join_.row(partial, pieces, acc, nullptr);
  Finish(acc, nullptr, 1, out, 0);
}

}  // namespace onnxifi::cpu
