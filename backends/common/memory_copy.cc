#include "backends/common/memory_copy.h"

#include <atomic>
#include <utility>

namespace onnxifi::abi {
namespace {

class CopyRun final : public Executable {
 public:
  CopyRun(DeviceMemory& memory, std::vector<CheckedCopy> copies)
      : memory_(memory), copies_(std::move(copies)) {}

  const std::vector<graph::Shape>& output_shapes() const override {
    return no_shapes_;
  }
  onnxStatus Run(std::span<const void* const>,
                 std::span<void* const>) override {
    for (const CheckedCopy& copy : copies_) {
      if (copy.size == 0) continue;
      const onnxStatus status = memory_.Copy(copy.to, copy.from, copy.size);
      if (status != ONNXIFI_STATUS_SUCCESS) return status;
    }
    return ONNXIFI_STATUS_SUCCESS;
  }

 private:
  DeviceMemory& memory_;
  const std::vector<CheckedCopy> copies_;
  const std::vector<graph::Shape> no_shapes_;
};

// An event that no client has a handle of.
Ref<Event> InnerEvent() {
  const Ref<Event> event = Event::Table().Create();
  (void)Event::Table().Kill(event.handle());
  return event;
}

// What several wait events have in common: an event that the last of them
// signals, and that the first which fails abandons.
struct Meeting {
  explicit Meeting(size_t count) : all(InnerEvent()), left(count) {}
  const Ref<Event> all;
  std::atomic<size_t> left;
};

// The run behind one of the wait events. A run that cannot happen any more is
// dropped unexecuted.
class Arrival final : public Executable {
 public:
  explicit Arrival(std::shared_ptr<Meeting> meeting)
      : meeting_(std::move(meeting)) {}
  ~Arrival() override {
    if (!arrived_) meeting_->all->Released();
  }
  const std::vector<graph::Shape>& output_shapes() const override {
    return no_shapes_;
  }
  onnxStatus Run(std::span<const void* const>,
                 std::span<void* const>) override {
    arrived_ = true;
    if (meeting_->left.fetch_sub(1) == 1) meeting_->all->Signal();
    return ONNXIFI_STATUS_SUCCESS;
  }

 private:
  const std::shared_ptr<Meeting> meeting_;
  const std::vector<graph::Shape> no_shapes_;
  bool arrived_ = false;
};

std::shared_ptr<const Binding> Bind(std::shared_ptr<Executable> executable) {
  return std::make_shared<const Binding>(
      Binding{std::move(executable), {}, {}});
}

}  // namespace

Result<Ref<Event>> CopyQueue::Start(DeviceMemory& memory,
                                    std::vector<CheckedCopy> copies,
                                    const std::vector<Ref<Event>>& waits) {
  std::shared_ptr<const Binding> binding =
      Bind(std::make_shared<CopyRun>(memory, std::move(copies)));
  Ref<Event> gate = waits.empty() ? Ref<Event>() : waits.front();
  // All that can fail comes before anything is accepted.
  std::vector<std::pair<Ref<Event>, std::shared_ptr<const Binding>>> arrivals;
  if (waits.size() > 1) {
    const auto meeting = std::make_shared<Meeting>(waits.size());
    gate = meeting->all;
    arrivals.reserve(waits.size());
    for (size_t i = 0; i < waits.size(); ++i) {
      arrivals.emplace_back(InnerEvent(),
                            Bind(std::make_shared<Arrival>(meeting)));
    }
  }
  Ref<Event> done = Event::Table().Create();
  if (!Event::StartRun(done, queue_, std::move(binding), gate)) {
    (void)Event::Table().Kill(done.handle());
    return Status(ONNXIFI_STATUS_INVALID_EVENT,
                  "the wait event has been released");
  }
  for (size_t i = 0; i < arrivals.size(); ++i) {
    // An event that was released meanwhile drops the arrival: that will do.
    (void)Event::StartRun(arrivals[i].first, gates_,
                          std::move(arrivals[i].second), waits[i]);
  }
  return done;
}

void CopyQueue::WaitIdle() {
  gates_->WaitIdle();
  queue_->WaitIdle();
}

}  // namespace onnxifi::abi
