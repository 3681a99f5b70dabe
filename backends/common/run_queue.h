#ifndef ONNXIFI_BACKENDS_COMMON_RUN_QUEUE_H_
#define ONNXIFI_BACKENDS_COMMON_RUN_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "backends/common/event.h"

namespace onnxifi::abi {

// The runs of one graph. Runs whose input is signalled wait here, in that
// order, and are executed one at a time by whichever thread claims the queue:
// a client that waits for one of them, a client that releases the graph, or a
// background thread (executor.h). Accepted runs that are still gated are only
// counted. Thread-safe.
class RunQueue : public std::enable_shared_from_this<RunQueue> {
 public:
  explicit RunQueue(const std::string& graph_name)
      : graph_name_(graph_name), name_("graph '" + graph_name + "'") {}

  const std::string& graph_name() const { return graph_name_; }
  // "graph 'g'", for messages.
  const std::string& name() const { return name_; }

  // A run was accepted, or a call began that the end of the graph waits for /
  // the run's output event is signalled and its buffers are no longer used.
  void Enter() { outstanding_.fetch_add(1, std::memory_order_relaxed); }
  void Leave();
  // A run has ended.
  void Count(bool well) {
    (well ? completed_ : failed_).fetch_add(1, kRelaxed);
  }
  // Runs that ended so far.
  uint64_t completed() const { return completed_.load(kRelaxed); }
  uint64_t failed() const { return failed_.load(kRelaxed); }

  // Appends a run whose input is signalled.
  void MakeReady(Event* run);

  // Takes a ready run out again; false when it is not there any more.
  bool Remove(Event* run);

  // Gets the right to execute; false when somebody else has it, or nothing is
  // ready, or with `next` another run is next.
  bool TryClaim(const Event* next = nullptr);
  // Executes ready runs until `last` is done (nullptr: until none is left)
  // and gives the claim back. Requires a claim.
  void Drain(const Event* last);

  // Waits until no accepted run is left but `own` ones that wait for the
  // caller, executing what is ready.
  void WaitIdle(uint32_t own = 0);

 private:
  friend class Executor;

  Event* PopFront();
  void GiveClaimBack();
  // When the first ready run became ready; far in the future without one.
  int64_t ReadySince();

  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;

  const std::string graph_name_;
  const std::string name_;
  std::atomic<uint64_t> completed_{0};
  std::atomic<uint64_t> failed_{0};
  std::atomic<uint32_t> outstanding_{0};
  std::atomic<uint32_t> idle_waiters_{0};
  std::mutex mutex_;
  Event* first_ = nullptr;  // guarded by mutex_
  Event* last_ = nullptr;   // guarded by mutex_
  bool claimed_ = false;    // guarded by mutex_

  // Owned by the executor, guarded by its mutex.
  std::shared_ptr<RunQueue> posted_self_;
  RunQueue* posted_next_ = nullptr;
  bool urgent_ = false;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_RUN_QUEUE_H_
