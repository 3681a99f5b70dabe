#ifndef ONNXIFI_BACKENDS_COMMON_REJECT_REASON_H_
#define ONNXIFI_BACKENDS_COMMON_REJECT_REASON_H_

#include <cstdint>
#include <string>
#include <utility>

#include "base/status.h"

namespace onnxifi {

// Why a node cannot run on a backend; one line each: name, ABI status that
// tells it to a 1.0 client, sentence.
#define ONNXIFI_REJECT_REASONS(X)                                            \
  X(kNone, ONNXIFI_STATUS_SUCCESS, "supported")                              \
  X(kUnknownOperator, ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,                   \
    "no kernel for this operator")                                           \
  X(kOpset, ONNXIFI_STATUS_UNSUPPORTED_VERSION,                              \
    "no kernel for this operator version")                                   \
  X(kDataType, ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,                          \
    "element type not supported")                                            \
  X(kShape, ONNXIFI_STATUS_UNSUPPORTED_SHAPE, "shape or rank not supported") \
  X(kDynamicShape, ONNXIFI_STATUS_UNSUPPORTED_SHAPE,                         \
    "a shape depends on data")                                               \
  X(kAttribute, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,                        \
    "attribute value not supported")                                         \
  X(kNotConstant, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,                      \
    "an input must be known before the run")                                 \
  X(kValueKind, ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,                         \
    "a value that is no tensor where a tensor is needed")

enum class RejectReason : uint8_t {
#define ONNXIFI_REJECT_ENUM(name, status, text) name,
  ONNXIFI_REJECT_REASONS(ONNXIFI_REJECT_ENUM)
#undef ONNXIFI_REJECT_ENUM
};

onnxStatus RejectStatus(RejectReason reason);
const char* RejectText(RejectReason reason);

// A refusal with its detail ("float8 input 1"), or kNone for support.
struct Reject {
  RejectReason reason = RejectReason::kNone;
  std::string detail;

  Reject() = default;
  Reject(RejectReason r, std::string d) : reason(r), detail(std::move(d)) {}
  bool supported() const { return reason == RejectReason::kNone; }
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_REJECT_REASON_H_
