#include "loader/run_callbacks.h"

#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "loader/dispatch.h"

namespace onnxifi::loader {

namespace {

// Structures grow by members: a larger stride is garbage.
constexpr uint32_t kMaxStructSize = 4096;

struct Registry {
  std::mutex mutex;
  uint64_t last = 0;
  std::unordered_map<uint64_t, RunClient> clients;
};

// Never destroyed: plugins may call until the process ends.
Registry& Clients() {
  static auto* const registry = new Registry;
  return *registry;
}

uint64_t NumberOf(void* context) {
  return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(context));
}

}  // namespace

uint64_t AddRunClient(const RunClient& client) noexcept {
  try {
    Registry& registry = Clients();
    const std::lock_guard<std::mutex> lock(registry.mutex);
    registry.clients.emplace(registry.last + 1, client);
    return ++registry.last;
  } catch (...) {
    return 0;
  }
}

bool ForgetRunClient(uint64_t number) noexcept {
  Registry& registry = Clients();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  return registry.clients.erase(number) == 1;
}

void ONNXIFI_ABI TellDone(void* context, uint64_t correlation_id,
                          onnxStatus status) noexcept {
  RunClient client;
  {
    Registry& registry = Clients();
    const std::lock_guard<std::mutex> lock(registry.mutex);
    const auto at = registry.clients.find(NumberOf(context));
    if (at == registry.clients.end()) return;
    client = at->second;
    registry.clients.erase(at);
  }
  if (client.done == nullptr) return;
  const bool sane = IsRunStatus(status) && status != ONNXIFI_STATUS_FALLBACK;
  try {
    client.done(client.done_context, correlation_id,
                sane ? status : ONNXIFI_STATUS_INTERNAL_ERROR);
  } catch (...) {
  }
}

const char* JudgeProfile(uint32_t count,
                         const onnxProfileEvent* events) noexcept {
  if (count == 0) return nullptr;
  if (events == nullptr) return "its profile has events, but gives none";
  if (reinterpret_cast<uintptr_t>(events) % alignof(onnxProfileEvent) != 0) {
    return "its profile is not aligned";
  }
  const uint32_t stride = events->structSize;
  if (stride < sizeof(onnxProfileEvent) || stride > kMaxStructSize ||
      stride % alignof(onnxProfileEvent) != 0) {
    return "the structSize in its profile is not one that an event can have";
  }
  const auto* at = reinterpret_cast<const char*>(events);
  for (uint32_t i = 0; i < count; ++i, at += stride) {
    const auto* event = reinterpret_cast<const onnxProfileEvent*>(at);
    if (event->structSize != stride) {
      return "the structSize of the events in its profile differ";
    }
    if (event->name == nullptr) return "an event in its profile has no name";
  }
  return nullptr;
}

void ONNXIFI_ABI TellProfile(void* context, uint32_t count,
                             const onnxProfileEvent* events) noexcept {
  if (JudgeProfile(count, events) != nullptr) return;
  RunClient client;
  {
    Registry& registry = Clients();
    const std::lock_guard<std::mutex> lock(registry.mutex);
    const auto at = registry.clients.find(NumberOf(context));
    if (at == registry.clients.end()) return;
    client = at->second;
    at->second.profile = nullptr;  // once
  }
  if (client.profile == nullptr) return;
  try {
    client.profile(client.profile_context, count, events);
  } catch (...) {
  }
}

}  // namespace onnxifi::loader
