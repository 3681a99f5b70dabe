#include "backends/common/abi_guard.h"

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
         in(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace

onnxStatus Deliver(const Status& status) noexcept {
  if (status.ok()) return ONNXIFI_STATUS_SUCCESS;
  // FALLBACK means done: its text, if any, is not an error.
  if (status.code() != ONNXIFI_STATUS_FALLBACK) SetLastError(status.message());
  return IsListed(status.code()) ? status.code()
                                 : ONNXIFI_STATUS_INTERNAL_ERROR;
}

onnxStatus DeliverException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    SetLastError("out of host memory");
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  } catch (const std::exception& error) {
    SetLastError(error.what());
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  } catch (...) {
    SetLastError("unknown exception inside the backend");
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
}

}  // namespace onnxifi::abi
