#ifndef ONNXIFI_BACKENDS_COMMON_BINDING_H_
#define ONNXIFI_BACKENDS_COMMON_BINDING_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/serial_lock.h"

namespace onnxifi::abi {

// True for the codes by which a run says that it ended for want of memory or
// of something else that the device has: the next run may be fine.
bool IsShortage(onnxStatus status);

// What one successful onnxSetGraphIO fixed: the plan and the client's
// buffers, in model order. Every accepted run keeps the one it was accepted
// with. Immutable and shared; Execute only by the thread that drains the
// graph's run queue.
struct Binding {
  std::shared_ptr<Executable> executable;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  // Held during Execute, for executables of one graph that share state.
  SerialLock* serial = nullptr;
  // What has to live as long as the buffers are used.
  std::vector<std::shared_ptr<MemoryOwner>> owners = {};

  // SUCCESS, or what the wait reports: BACKEND_UNAVAILABLE, one of the codes
  // that IsShortage knows, INTERNAL_ERROR, or why the current RunControl has
  // stopped the run.
  onnxStatus Execute() const noexcept;

 private:
  onnxStatus RunGuarded() const noexcept;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_BINDING_H_
