#include "base/unload.h"

#include <array>
#include <atomic>
#include <mutex>

namespace onnxifi {
namespace {

constexpr size_t kMaxFunctions = 8;
constinit std::mutex g_mutex;
constinit std::array<void (*)(), kMaxFunctions> g_functions = {};
constinit size_t g_count = 0;
constinit std::atomic<bool> g_process_ends{false};

// exit() destroys static objects before it runs the library's destructor
// functions; dlclose does it the other way round. That tells the two apart.
struct ExitMarker {
  ~ExitMarker() { g_process_ends.store(true, std::memory_order_release); }
};

__attribute__((destructor)) void RunAtUnload() {
  if (g_process_ends.load(std::memory_order_acquire)) return;
  for (size_t i = g_count; i > 0; --i) g_functions[i - 1]();
  g_count = 0;
}

}  // namespace

void OnUnload(void (*fn)()) {
  static const ExitMarker marker;
  const std::lock_guard<std::mutex> lock(g_mutex);
  for (size_t i = 0; i < g_count; ++i) {
    if (g_functions[i] == fn) return;
  }
  if (g_count < kMaxFunctions) g_functions[g_count++] = fn;
}

}  // namespace onnxifi
