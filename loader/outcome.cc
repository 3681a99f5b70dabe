#include "loader/outcome.h"

namespace onnxifi::loader {

std::string ReasonCode(Reason reason) {
  if (reason == Reason::kNone) return "";
  return "ONNXIFI-E" + std::to_string(static_cast<int>(reason));
}

const char* ReasonFix(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "";
#define ONNXIFI_REASON(name, number, fix) \
  case Reason::name:                      \
    return fix;
#include "loader/reason.inc"
  }
  return "";
}

bool IsKnownReason(int number) {
  return *ReasonFix(static_cast<Reason>(number)) != '\0';
}

}  // namespace onnxifi::loader
