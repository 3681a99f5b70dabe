#ifndef ONNXIFI_BACKENDS_CPU_DNNL_UTIL_H_
#define ONNXIFI_BACKENDS_CPU_DNNL_UTIL_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "backends/common/fusion/activation.h"
#include "backends/cpu/cpu_features.h"
#include "base/status.h"

// The only gate to oneDNN: no other file includes its headers, sees its
// exceptions, or knows which of its major versions (2.6 or 3.x) is installed.
namespace onnxifi::cpu {

// Sets the calling thread's OpenMP width to one while it lives. Every oneDNN
// primitive must be created and executed with it in effect: our thread pool
// splits the work, OpenMP must never fork.
class SingleThreadOmp {
 public:
  SingleThreadOmp();
  ~SingleThreadOmp();
  SingleThreadOmp(const SingleThreadOmp&) = delete;
  SingleThreadOmp& operator=(const SingleThreadOmp&) = delete;

 private:
  int threads_;
};

// Tells oneDNN not to use instructions beyond `isa`. Before its first use.
void LimitDnnl(Isa isa);

// "2.6.3": part of the key of what was measured with it.
std::string DnnlVersion();

// How an activation tensor of a convolution lies in memory.
enum class DnnlLayout : uint8_t { kPlain, kChannels8, kChannels16 };
DnnlLayout ToDnnlLayout(Layout layout);

// One dense float32 convolution, 2 or 3 spatial dimensions. Channel counts
// are those of the memory: the caller pads them to the layout's block.
struct DnnlConvShape {
  int64_t batch = 1;
  int64_t groups = 1;
  int64_t in_channels = 0;   // of all groups
  int64_t out_channels = 0;  // of all groups
  std::vector<int64_t> in, out, kernel, strides, dilations;
  std::vector<int64_t> pad_begin, pad_end;
  DnnlLayout src = DnnlLayout::kPlain;
  DnnlLayout dst = DnnlLayout::kPlain;
  bool bias = false;
  bool residual = false;  // the output buffer holds a tensor to add
  Activation activation;
};

// A convolution primitive for one thread with its weights order and scratch
// size. Immutable; executed through DnnlConvCall.
class DnnlConv {
 public:
  // UNSUPPORTED_ATTRIBUTE when oneDNN has nothing but its slow reference
  // code for the shape. `need_jit` also refuses its GEMM fall-back.
  static Result<std::shared_ptr<const DnnlConv>> Create(
      const DnnlConvShape& shape, bool need_jit);
  ~DnnlConv();

  size_t scratch_bytes() const;
  // Bytes of the weights in the primitive's own order.
  size_t weight_bytes() const;
  // Equal for primitives that want equal weights in the same order.
  std::string weight_order() const;
  // `weights`: dense [O, I/groups, k...] of the padded shape, any alignment of
  // at least one byte. `packed` is 64-byte aligned.
  Status PackWeights(const void* weights, void* packed) const;

 private:
  friend class DnnlConvCall;
  struct Impl;
  explicit DnnlConv(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A DnnlConv with memory handles; pointers may change between executions.
// Thread-safe; executions that overlap make more handles, which are kept.
class DnnlConvCall {
 public:
  static Result<std::unique_ptr<DnnlConvCall>> Create(
      std::shared_ptr<const DnnlConv> conv);
  ~DnnlConvCall();

  struct Pointers {
    const void* src;
    const void* weights;
    const void* bias;  // nullptr without
    void* dst;
    void* scratch;  // scratch_bytes(), 64-byte aligned
  };
  onnxStatus Execute(const Pointers& pointers);

 private:
  struct Handles;
  explicit DnnlConvCall(std::unique_ptr<Handles> handles);
  static std::unique_ptr<Handles> Make(std::shared_ptr<const DnnlConv> conv);
  onnxStatus ExecuteBesides(const Pointers& pointers);

  const std::unique_ptr<Handles> handles_;
  std::atomic<bool> in_use_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handles>> spare_;  // guarded by mutex_
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_DNNL_UTIL_H_
