#ifndef ONNXIFI_BASE_UNLOAD_H_
#define ONNXIFI_BASE_UNLOAD_H_

namespace onnxifi {

// Registers `fn` to run when this library is unloaded (dlclose), before its
// static objects go; later registrations run first. At the end of the process
// it does not run: other threads may still be inside the library, and the
// system takes everything back. At most 8 functions; each may be registered
// again without effect. Thread-safe.
void OnUnload(void (*fn)());

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_UNLOAD_H_
