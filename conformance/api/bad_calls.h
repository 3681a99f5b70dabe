#ifndef ONNXIFI_CONFORMANCE_API_BAD_CALLS_H_
#define ONNXIFI_CONFORMANCE_API_BAD_CALLS_H_

#include <span>

#include "conformance/api/pair_graph.h"

namespace onnxifi::conformance {

// A call of onnxSetGraphIO with one mistake, which onnxSetIOAndRunGraph refuses
// alike.
struct BadCall {
  const char* name;  // part of a test's name
  onnxStatus status;
  const char* requirement;
  void (*spoil)(IoCall& call);
  // Where the header leaves two codes open, the other one.
  onnxStatus or_status = ONNXIFI_STATUS_SUCCESS;

  bool Allows(onnxStatus got) const {
    return got == status ||
           (got == or_status && or_status != ONNXIFI_STATUS_SUCCESS);
  }
};

std::span<const BadCall> BadCalls();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_BAD_CALLS_H_
