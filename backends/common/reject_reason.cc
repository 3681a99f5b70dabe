#include "backends/common/reject_reason.h"

namespace onnxifi {

onnxStatus RejectStatus(RejectReason reason) {
  switch (reason) {
#define ONNXIFI_REJECT_STATUS(name, status, text) \
  case RejectReason::name:                        \
    return status;
    ONNXIFI_REJECT_REASONS(ONNXIFI_REJECT_STATUS)
#undef ONNXIFI_REJECT_STATUS
  }
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

const char* RejectText(RejectReason reason) {
  switch (reason) {
#define ONNXIFI_REJECT_TEXT(name, status, text) \
  case RejectReason::name:                      \
    return text;
    ONNXIFI_REJECT_REASONS(ONNXIFI_REJECT_TEXT)
#undef ONNXIFI_REJECT_TEXT
  }
  return "unknown reason";
}

}  // namespace onnxifi
