#include "base/thread_pool.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "base/cpu_count.h"
#include "base/futex.h"
#include "base/unload.h"

namespace onnxifi {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kDefaultSpinUs = 80;
constexpr int64_t kCallerSpinNs = 50000;
constexpr uint64_t kRemainingMask = 0xffffffff;
constexpr int64_t kMaxChunksPerJob = int64_t{1} << 30;

constinit std::atomic<void (*)()> g_worker_init{nullptr};
constinit std::atomic<ThreadPool*> g_global{nullptr};
constinit std::mutex g_global_mutex;

// True while this thread runs chunks: a nested job then runs inline.
constinit thread_local bool t_inside_job = false;

}  // namespace

// The one job slot. `word` is generation << 32 | chunks not yet claimed. A
// thread claims a chunk by decrementing it with compare-and-swap; the job's
// fields are only rewritten while nothing is left to claim, so a successful
// claim proves that the fields read before it belong to this generation.
// Nobody waits for a thread that has not claimed.
struct ThreadPool::Impl {
  alignas(64) std::atomic<uint64_t> word{0};
  std::atomic<ChunkFn> fn{nullptr};
  std::atomic<const void*> context{nullptr};
  std::atomic<uint32_t> total{0};
  std::atomic<int64_t> first{0};
  alignas(64) std::atomic<uint32_t> done{0};
  std::atomic<uint32_t> caller_sleeps{0};
  alignas(64) std::atomic<bool> busy{false};
  alignas(64) std::atomic<uint32_t> wake_count{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> stopping{false};
  std::atomic<bool> started{false};

  std::mutex threads_mutex;
  std::vector<std::thread> workers;
  pid_t owner = 0;  // process that started `workers`
  int64_t spin_ns = 0;

  bool ClaimAndRun();
  void WaitForClaimed(uint32_t chunks);
  void Worker();
  bool SpinForWork(int64_t* budget_ns);
  void SleepForWork();
  void Start(int count);
  void Stop();
  bool HasWork() const {
    return (word.load(std::memory_order_seq_cst) & kRemainingMask) != 0;
  }
};

// Takes one chunk and runs it; false when none is left.
bool ThreadPool::Impl::ClaimAndRun() {
  uint64_t seen = word.load(std::memory_order_acquire);
  for (;;) {
    const auto remaining = static_cast<uint32_t>(seen & kRemainingMask);
    if (remaining == 0) return false;
    const ChunkFn run = fn.load(std::memory_order_relaxed);
    const void* ctx = context.load(std::memory_order_relaxed);
    const uint32_t chunks = total.load(std::memory_order_relaxed);
    const int64_t begin = first.load(std::memory_order_relaxed);
    if (!word.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      continue;
    }
    run(ctx, begin + (chunks - remaining));
    const uint32_t finished = done.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (finished == chunks &&
        caller_sleeps.load(std::memory_order_seq_cst) != 0) {
      FutexWake(&done, 1);
    }
    return true;
  }
}

// Every chunk is claimed; waits for those that workers still run.
void ThreadPool::Impl::WaitForClaimed(uint32_t chunks) {
  int64_t give_up = 0;
  for (int i = 1; done.load(std::memory_order_acquire) != chunks; ++i) {
    CpuPause();
    if (i % 64 != 0) continue;
    const int64_t now = NowNs();
    if (give_up == 0) give_up = now + kCallerSpinNs;
    if (now < give_up) continue;
    caller_sleeps.store(1, std::memory_order_seq_cst);
    uint32_t seen = done.load(std::memory_order_seq_cst);
    while (seen != chunks) {
      FutexWait(done, seen);
      seen = done.load(std::memory_order_seq_cst);
    }
    caller_sleeps.store(0, std::memory_order_relaxed);
    return;
  }
}

// Waits for work without sleeping, until the budget is used up. A gap in time
// between two looks means that another thread wanted this core: spin less
// from then on.
bool ThreadPool::Impl::SpinForWork(int64_t* budget_ns) {
  constexpr int64_t kPreemptedNs = 40000;
  constexpr int64_t kLeastNs = 4000;
  if (spin_ns == 0) return HasWork();
  int64_t last = NowNs();
  const int64_t end = last + *budget_ns;
  for (;;) {
    for (int i = 0; i < 32; ++i) {
      if (HasWork()) {
        *budget_ns = std::min(spin_ns, *budget_ns * 2);
        return true;
      }
      CpuPause();
    }
    if (stopping.load(std::memory_order_relaxed)) return false;
    const int64_t now = NowNs();
    if (now - last > kPreemptedNs) {
      *budget_ns = std::max(kLeastNs, *budget_ns / 2);
      return false;
    }
    if (now >= end) return false;
    last = now;
  }
}

void ThreadPool::Impl::SleepForWork() {
  const uint32_t seen = wake_count.load(std::memory_order_seq_cst);
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  if (!HasWork() && !stopping.load(std::memory_order_seq_cst)) {
    FutexWait(wake_count, seen);
  }
  sleepers.fetch_sub(1, std::memory_order_seq_cst);
}

void ThreadPool::Impl::Worker() {
  t_inside_job = true;
  void (*initialised)() = nullptr;
  int64_t budget_ns = spin_ns;
  while (!stopping.load(std::memory_order_acquire)) {
    const auto init = g_worker_init.load(std::memory_order_acquire);
    if (init != initialised) {
      if (init != nullptr) init();
      initialised = init;
    }
    while (ClaimAndRun()) {
    }
    if (!SpinForWork(&budget_ns)) SleepForWork();
  }
}

// Starts the workers unless they run. Too few threads are no failure: the
// caller can do everything itself.
void ThreadPool::Impl::Start(int count) {
  const std::unique_lock<std::mutex> lock(threads_mutex, std::try_to_lock);
  if (!lock.owns_lock() || started.load(std::memory_order_relaxed)) return;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    workers.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      workers.emplace_back([this] { Worker(); });
      pthread_setname_np(workers.back().native_handle(), "onnxifi-pool");
    }
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  owner = getpid();
  started.store(true, std::memory_order_release);
}

void ThreadPool::Impl::Stop() {
  const std::lock_guard<std::mutex> lock(threads_mutex);
  stopping.store(true, std::memory_order_seq_cst);
  wake_count.fetch_add(1, std::memory_order_seq_cst);
  FutexWake(&wake_count);
  // Threads do not survive a fork: in the child there is nobody to join.
  const bool alive = owner == getpid();
  for (std::thread& worker : workers) {
    if (alive) {
      worker.join();
    } else {
      worker.detach();
    }
  }
  workers.clear();
  if (!alive) sleepers.store(0, std::memory_order_relaxed);
  stopping.store(false, std::memory_order_seq_cst);
  started.store(false, std::memory_order_release);
}

ThreadPool::ThreadPool(int threads)
    : threads_(std::clamp(threads, 1, kMaxThreads)),
      impl_(std::make_unique<Impl>()) {
  // Spinning threads beyond the cores only take time from working ones.
  const int spin_us = threads_ <= AvailableCpus() ? kDefaultSpinUs : 0;
  impl_->spin_ns =
      int64_t{EnvInt("ONNXIFI_SPIN_US", 0, 1000000, spin_us)} * 1000;
}

ThreadPool::~ThreadPool() { impl_->Stop(); }

void ThreadPool::Stop() { impl_->Stop(); }

void ThreadPool::Run(int64_t chunks, ChunkFn fn, const void* ctx) {
  Impl& pool = *impl_;
  if (chunks <= 1 || threads_ == 1 || t_inside_job ||
      pool.busy.exchange(true, std::memory_order_acquire)) {
    for (int64_t i = 0; i < chunks; ++i) fn(ctx, i);
    return;
  }
  if (!pool.started.load(std::memory_order_acquire)) pool.Start(threads_ - 1);
  t_inside_job = true;
  for (int64_t first = 0; first < chunks; first += kMaxChunksPerJob) {
    const auto total =
        static_cast<uint32_t>(std::min(chunks - first, kMaxChunksPerJob));
    pool.fn.store(fn, std::memory_order_relaxed);
    pool.context.store(ctx, std::memory_order_relaxed);
    pool.total.store(total, std::memory_order_relaxed);
    pool.first.store(first, std::memory_order_relaxed);
    pool.done.store(0, std::memory_order_relaxed);
    const uint64_t generation =
        (pool.word.load(std::memory_order_relaxed) >> 32) + 1;
    pool.word.store(generation << 32 | total, std::memory_order_seq_cst);
    const int sleepers = pool.sleepers.load(std::memory_order_seq_cst);
    if (sleepers > 0) {
      pool.wake_count.fetch_add(1, std::memory_order_seq_cst);
      FutexWake(&pool.wake_count,
                static_cast<int>(std::min<int64_t>(sleepers, total - 1)));
    }
    while (pool.ClaimAndRun()) {
    }
    pool.WaitForClaimed(total);
  }
  t_inside_job = false;
  pool.busy.store(false, std::memory_order_release);
}

void ThreadPool::SetWorkerInit(void (*init)()) {
  g_worker_init.store(init, std::memory_order_release);
}

void ThreadPool::DeleteGlobal() { delete g_global.exchange(nullptr); }

ThreadPool& ThreadPool::Global() {
  ThreadPool* pool = g_global.load(std::memory_order_acquire);
  if (pool != nullptr) return *pool;
  const std::lock_guard<std::mutex> lock(g_global_mutex);
  pool = g_global.load(std::memory_order_relaxed);
  if (pool == nullptr) {
    pool = new ThreadPool(
        EnvInt("ONNXIFI_NUM_THREADS", 1, kMaxThreads, AvailableCpus()));
    OnUnload(&DeleteGlobal);
    g_global.store(pool, std::memory_order_release);
  }
  return *pool;
}

void ThreadPool::ShutdownGlobal() {
  if (ThreadPool* pool = g_global.load(std::memory_order_acquire)) {
    pool->Stop();
  }
}

bool ThreadPool::idle() const {
  return !impl_->started.load(std::memory_order_acquire) &&
         !impl_->busy.load(std::memory_order_acquire);
}

}  // namespace onnxifi
