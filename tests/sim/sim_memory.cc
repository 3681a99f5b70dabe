#include "tests/sim/sim_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "base/futex.h"
#include "base/str_cat.h"
#include "tests/sim/sim_time.h"

namespace onnxifi::sim {
namespace {

// Pages with one behind them that nobody may touch.
class Pages final : public MemoryOwner {
 public:
  // bytes() is null without room.
  Pages(std::shared_ptr<DeviceState> state, uint64_t charged, size_t size)
      : state_(std::move(state)), charged_(charged) {
    const auto page = static_cast<size_t>(getpagesize());
    size_t rounded = 0;
    if (!CheckedAdd(size, 2 * page - 1, &rounded)) return;
    mapped_ = rounded / page * page;
    void* pages = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) return;
    bytes_ = pages;
    (void)mprotect(static_cast<char*>(pages) + mapped_ - page, page, PROT_NONE);
  }
  ~Pages() override {
    if (bytes_ != nullptr) munmap(bytes_, mapped_);
    state_->GiveBack(charged_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  void* bytes() const { return bytes_; }

 private:
  const std::shared_ptr<DeviceState> state_;
  const uint64_t charged_;
  size_t mapped_ = 0;
  void* bytes_ = nullptr;
};

const char* DirectionOf(bool from_device, bool to_device) {
  if (from_device) return to_device ? "across" : "to host";
  return to_device ? "from host" : "on host";
}

}  // namespace

SimMemory::SimMemory(const DeviceSpec& spec, std::shared_ptr<DeviceState> state)
    : name_(spec.name),
      size_(spec.memory_size),
      up_(spec.cpu_read_bandwidth),
      down_(spec.cpu_write_bandwidth),
      across_(spec.memory_bandwidth),
      copy_us_(spec.copy_us),
      real_time_(spec.real_time),
      state_(std::move(state)) {}

Result<MemoryBlock> SimMemory::Allocate(size_t size, size_t,
                                        bool host_visible) {
  if (state_->lost()) return state_->LostStatus();
  if (host_visible) {
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
        StrCat("the host does not see the memory of device '", name_, "'"));
  }
  if (!state_->TakeBytes(size, size_)) {
    return Status(ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                  StrCat("device '", name_, "' has ", size_,
                         " bytes, too few of which are free for ", size));
  }
  std::shared_ptr<Pages> pages;
  try {
    pages = std::make_shared<Pages>(state_, size, size);
  } catch (...) {
    state_->GiveBack(size);
    throw;
  }
  if (pages->bytes() == nullptr) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("no ", size, " bytes to simulate a device's"));
  }
  state_->Trace("allocate", size);
  return MemoryBlock{reinterpret_cast<onnxPointer>(pages->bytes()) | kDeviceBit,
                     size, nullptr, pages};
}

uint64_t SimMemory::BandwidthOf(bool from_device, bool to_device) const {
  if (from_device) return to_device ? across_ : down_;
  return to_device ? up_ : 0;
}

onnxStatus SimMemory::Copy(void* to, const void* from, size_t size) {
  if (state_->lost()) return ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
  const int64_t start = NowNs();
  const bool from_device = IsOnDevice(from);
  const bool to_device = IsOnDevice(to);
  std::memmove(BytesBehind(to), BytesBehind(from), size);
  state_->Trace(DirectionOf(from_device, to_device), size);
  if (real_time_) {
    const uint64_t bandwidth = BandwidthOf(from_device, to_device);
    WaitUntil(start + Nanoseconds(copy_us_ * 1000, size, bandwidth));
  }
  return ONNXIFI_STATUS_SUCCESS;
}

CopySupport SimMemory::HowToCopy(bool from_device, bool to_device) const {
  return {ONNXIFI_COPY_DIRECT, static_cast<int64_t>(copy_us_ * 1000),
          BandwidthOf(from_device, to_device)};
}

}  // namespace onnxifi::sim
