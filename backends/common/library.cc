#include "backends/common/library.h"

#include <algorithm>
#include <utility>

#include "backends/common/backend_object.h"
#include "backends/common/deadline_timer.h"
#include "backends/common/event.h"
#include "backends/common/executor.h"
#include "backends/common/graph_object.h"
#include "backends/common/handle_table.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "base/unload.h"

namespace onnxifi {

void NoteNoBackends(const std::string& why) {
  abi::Library::Get().set_no_backends_reason(why);
}

namespace abi {
namespace {

constinit Library g_library;

// IDs are not reused for other devices, so one generation is enough.
constexpr uint32_t kIdGeneration = 1;

}  // namespace

Library& Library::Get() { return g_library; }

void* Library::IdOf(size_t index) {
  return HandleParts{HandleKind::kBackendId, static_cast<uint32_t>(index),
                     kIdGeneration}
      .Encode();
}

void Library::set_no_backends_reason(std::string_view why) {
  const size_t size = std::min(why.size(), sizeof(no_backends_) - 1);
  why.copy(no_backends_, size);
  no_backends_[size] = '\0';
}

Status Library::CreateDevices() {
  if (created_.load(std::memory_order_acquire)) return Status::Ok();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (created_.load(std::memory_order_relaxed)) return Status::Ok();
  Result<std::vector<std::unique_ptr<Backend>>> made = CreatePluginBackends();
  if (!made.ok()) {
    const Status& status = made.status();
    Log(LogLevel::kError, "no backends: ", status.message());
    return status.code() == ONNXIFI_STATUS_NO_SYSTEM_MEMORY
               ? status
               : Status(ONNXIFI_STATUS_INTERNAL_ERROR, status.message());
  }
  auto devices = std::make_unique<Device[]>(made->size());
  for (size_t i = 0; i < made->size(); ++i) {
    devices[i].backend = std::move((*made)[i]);
  }
  device_count_ = made->size();
  devices_.store(devices.release(), std::memory_order_release);
  OnUnload(&AtUnload);
  created_.store(true, std::memory_order_release);
  return Status::Ok();
}

Status Library::GetIds(onnxBackendID* ids, size_t* count) {
  ONNXIFI_RETURN_IF_ERROR(CreateDevices());
  const size_t available = device_count_;
  const bool fits = ids != nullptr && *count >= available;
  *count = available;
  if (!fits) return Status(ONNXIFI_STATUS_FALLBACK, "");
  Device* devices = devices_.load(std::memory_order_acquire);
  for (size_t i = 0; i < available; ++i) {
    devices[i].id_references.fetch_add(1, std::memory_order_relaxed);
    HandleMade();
    ids[i] = IdOf(i);
  }
  return Status::Ok();
}

Device* Library::FindId(onnxBackendID id) {
  HandleParts parts;
  if (!HandleParts::Decode(id, HandleKind::kBackendId, &parts)) return nullptr;
  Device* devices = devices_.load(std::memory_order_acquire);
  if (devices == nullptr || parts.index >= device_count_ ||
      parts.generation != kIdGeneration) {
    return nullptr;
  }
  Device* device = &devices[parts.index];
  return device->id_references.load(std::memory_order_acquire) > 0 ? device
                                                                   : nullptr;
}

Status Library::ReleaseId(onnxBackendID id) {
  Device* device = FindId(id);
  if (device != nullptr) {
    int64_t seen = device->id_references.load(std::memory_order_relaxed);
    while (seen > 0) {
      if (device->id_references.compare_exchange_weak(seen, seen - 1)) {
        HandleGone();
        return Status::Ok();
      }
    }
  }
  return Status(ONNXIFI_STATUS_INVALID_ID,
                "not a live backend ID: it was released, or never came from "
                "onnxGetBackendIDs");
}

void Library::StopThreads(bool for_good) {
  // The timer first: it may make work for the executor.
  DeadlineTimer::Get().Shutdown(for_good);
  Executor::Get().Shutdown();
  ThreadPool::ShutdownGlobal();
}

void Library::HandleGone() {
  if (handles_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // A client may give its last handle back when it is told of the end of a
  // run. The thread that tells it cannot wait for itself: the threads then
  // stay until the next client is through, or until the library is unloaded.
  if (!Executor::OnThread()) StopThreads(false);
}

void Library::AtUnload() {
  StopThreads(true);
  if (g_library.handles_.load(std::memory_order_acquire) != 0) return;
  delete[] g_library.devices_.exchange(nullptr);
  Event::Table().FreeMemory();
  GraphObject::Table().FreeMemory();
  BackendObject::Table().FreeMemory();
}

}  // namespace abi
}  // namespace onnxifi
