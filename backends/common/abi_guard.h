#ifndef ONNXIFI_BACKENDS_COMMON_ABI_GUARD_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_GUARD_H_

#include <onnxifi/onnxifi.h>

#include <exception>
#include <new>

#include "base/status.h"

namespace onnxifi::abi {

// Turns `status` into what the client gets: keeps the text for
// onnxGetLastErrorFunction, and maps a number that is no status of the
// interface to INTERNAL_ERROR.
onnxStatus Deliver(const Status& status) noexcept;
// What the exception being handled is for the client.
onnxStatus DeliverException() noexcept;

// The wall around every entry point: `body` returns a Status; whatever it
// throws becomes a status code.
template <typename Body>
onnxStatus Guard(const Body& body) noexcept {
  try {
    return Deliver(body());
  } catch (...) {
    return DeliverException();
  }
}

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_GUARD_H_
