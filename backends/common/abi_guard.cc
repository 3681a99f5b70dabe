#include "backends/common/abi_guard.h"

#include "backends/common/host_callbacks.h"
#include "backends/common/last_error.h"

namespace onnxifi::abi {
namespace {

bool IsListed(onnxStatus code) {
  const auto in = [code](onnxStatus first, onnxStatus last) {
    return code >= first && code <= last;
  };
  return in(ONNXIFI_STATUS_SUCCESS, ONNXIFI_STATUS_FALLBACK) ||
         in(ONNXIFI_STATUS_INVALID_ID, ONNXIFI_STATUS_INVALID_PROPERTY) ||
         in(ONNXIFI_STATUS_UNSUPPORTED_TAG,
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY) ||
         in(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
            ONNXIFI_STATUS_MISMATCHING_DATATYPE) ||
         in(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_INTERNAL_ERROR) ||
         in(ONNXIFI_STATUS_CANCELLED, ONNXIFI_STATUS_DEADLINE_EXCEEDED);
}

onnxStatus Fail(const Status& failure) noexcept {
  LastError().Set(failure);
  HostCallbacks::Get().SendError(LastError());
  return IsListed(failure.code()) ? failure.code()
                                  : ONNXIFI_STATUS_INTERNAL_ERROR;
}

// Makes no Status: that could fail too.
onnxStatus Fail(onnxStatus code, const char* text) noexcept {
  LastError().Set(code, text);
  HostCallbacks::Get().SendError(LastError());
  return code;
}

}  // namespace

onnxStatus Deliver(const Status& status) noexcept {
  if (status.ok()) return ONNXIFI_STATUS_SUCCESS;
  // FALLBACK means done: its text, if any, is not an error.
  if (status.code() == ONNXIFI_STATUS_FALLBACK) return status.code();
  return Fail(status);
}

onnxStatus DeliverException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, "out of host memory");
  } catch (const std::exception& error) {
    return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, error.what());
  } catch (...) {
    return Fail(ONNXIFI_STATUS_INTERNAL_ERROR,
                "unknown exception inside the backend");
  }
}

}  // namespace onnxifi::abi
