#ifndef ONNXIFI_BASE_THREAD_POOL_H_
#define ONNXIFI_BASE_THREAD_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace onnxifi {

// The process's (plugin's) worker threads. The calling thread always takes
// part and can finish the whole job alone, so a busy core slows a job but
// never stalls it. Workers spin for a short while after a job, then sleep.
// Chunks are handed out one by one from an atomic counter.
//
// Threading: ParallelFor may be called from any number of threads; while one
// caller uses the workers, others do their work alone. A nested call from
// inside a chunk runs inline.
class ThreadPool {
 public:
  // `threads` counts the caller: 1 means no workers.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Threads that can take part in one job, the caller included; >= 1.
  int threads() const { return threads_; }

  // Calls fn(chunk) once for every chunk in [0, chunks), on several threads,
  // and returns when all are done. fn must not throw.
  template <typename Fn>
  void ParallelFor(int64_t chunks, const Fn& fn) {
    Run(
        chunks,
        [](const void* ctx, int64_t chunk) {
          (*static_cast<const Fn*>(ctx))(chunk);
        },
        &fn);
  }

  // Splits [0, items) into ranges of at least `grain` items and calls
  // fn(begin, end) for each. Runs inline when one range is enough.
  template <typename Fn>
  void ParallelRange(int64_t items, int64_t grain, const Fn& fn) {
    if (items <= 0) return;
    if (grain < 1) grain = 1;
    int64_t ranges = (items + grain - 1) / grain;
    const int64_t most = static_cast<int64_t>(threads_) * kRangesPerThread;
    if (threads_ == 1 || ranges <= 1) {
      fn(int64_t{0}, items);
      return;
    }
    if (ranges > most) ranges = most;
    const int64_t base = items / ranges;
    const int64_t extra = items % ranges;
    ParallelFor(ranges, [&](int64_t r) {
      const int64_t begin = r * base + (r < extra ? r : extra);
      fn(begin, begin + base + (r < extra ? 1 : 0));
    });
  }

  // Ends the workers; the next job starts new ones. The pool stays usable,
  // also while a job runs.
  void Stop();
  // No worker exists and no job runs.
  bool idle() const;

  // The pool of this library: as many threads as the process may use
  // (affinity and cgroup quota), or ONNXIFI_NUM_THREADS. Made at first use,
  // valid until the library is unloaded.
  static ThreadPool& Global();
  // Global().Stop() if there is a global pool. Called when the last object of
  // the library is released, so that it can be unloaded.
  static void ShutdownGlobal();

  // `init` runs once on every worker of every pool before its next chunk,
  // e.g. to tell another runtime that this thread is not to be multiplied.
  static void SetWorkerInit(void (*init)());

 private:
  static constexpr int64_t kRangesPerThread = 4;
  using ChunkFn = void (*)(const void* ctx, int64_t chunk);
  void Run(int64_t chunks, ChunkFn fn, const void* ctx);
  static void DeleteGlobal();

  struct Impl;
  int threads_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_THREAD_POOL_H_
