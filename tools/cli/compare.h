#ifndef ONNXIFI_TOOLS_CLI_COMPARE_H_
#define ONNXIFI_TOOLS_CLI_COMPARE_H_

#include <cstdint>
#include <string>

#include "tools/cli/host_tensor.h"

namespace onnxifi::cli {

// ONNX's own limits for its test cases: |got - want| <= atol + rtol * |want|.
struct Tolerance {
  double rtol = 1e-3;
  double atol = 1e-7;
};

// How far a tensor is from the expected one.
struct Comparison {
  bool equal = false;        // within the tolerance
  std::string reason;        // why not; empty when equal
  double max_abs_error = 0;  // over elements where both are finite
  double max_rel_error = 0;  // max_abs_error / largest finite |want|
  int64_t mismatches = 0;    // elements outside the tolerance
};

// Types and shapes must be equal; integers and booleans exact; NaN equals NaN,
// an infinity only itself.
Comparison Compare(const HostTensor& want, const HostTensor& got,
                   const Tolerance& tolerance);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_COMPARE_H_
