#ifndef ONNXIFI_LOADER_RUN_CALLBACKS_H_
#define ONNXIFI_LOADER_RUN_CALLBACKS_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstdint>

namespace onnxifi::loader {

// What a client wants to be told of a run.
struct RunClient {
  onnxRunDoneCallback done = nullptr;
  void* done_context = nullptr;
  onnxProfileCallback profile = nullptr;
  void* profile_context = nullptr;
};

// Stands between the plugins that run graphs and the clients that want to be
// told. What a plugin gets as context is a number, so that one that calls too
// often, too late or with garbage reaches no client and no freed memory.
// Threading: safe.

// Registers a client; 0 when there is no memory. It stays registered until it
// is told of the end, or forgotten.
uint64_t AddRunClient(const RunClient& client) noexcept;
// False: it is not there any more, so it has been told.
bool ForgetRunClient(uint64_t number) noexcept;

inline void* ContextOf(uint64_t number) {
  return reinterpret_cast<void*>(static_cast<uintptr_t>(number));
}

// What plugins call.
void ONNXIFI_ABI TellDone(void* context, uint64_t correlation_id,
                          onnxStatus status) noexcept;
void ONNXIFI_ABI TellProfile(void* context, uint32_t count,
                             const onnxProfileEvent* events) noexcept;

// What is wrong with a profile; NULL when nothing is.
const char* JudgeProfile(uint32_t count,
                         const onnxProfileEvent* events) noexcept;

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_RUN_CALLBACKS_H_
