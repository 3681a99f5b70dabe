#ifndef ONNXIFI_CLIENT_COMPARE_H_
#define ONNXIFI_CLIENT_COMPARE_H_

#include <cstdint>
#include <string>

#include "client/host_value.h"

namespace onnxifi::client {

// ONNX's own limits for its test cases: |got - want| <= atol + rtol * |want|.
struct Tolerance {
  double rtol = 1e-3;
  double atol = 1e-7;
};

// Where the elements of an output must lie whose values are random.
struct ValueRange {
  double low = 0;
  double high = 0;
};

// How far a value is from the expected one; over all tensors in it.
struct Comparison {
  bool equal = false;        // within the tolerance
  std::string reason;        // why not; empty when equal
  double max_abs_error = 0;  // over elements where both are finite
  double max_rel_error = 0;  // max_abs_error / largest finite |want|
  int64_t mismatches = 0;    // elements outside the tolerance
  // Of two tensors of numbers: the element with the largest error, and both
  // values. -1: none differs at all.
  int64_t worst = -1;
  double want = 0;
  double got = 0;
};

// Kinds, types, shapes and numbers of elements must be equal; strings, integers
// and booleans exact; NaN equals NaN, an infinity only itself. The entries of
// maps may come in any order.
Comparison Compare(const HostValue& want, const HostValue& got,
                   const Tolerance& tolerance);
Comparison Compare(const HostTensor& want, const HostTensor& got,
                   const Tolerance& tolerance);

// The same for values that are random: numbers need only lie in `range`.
Comparison CompareRange(const HostValue& want, const HostValue& got,
                        const ValueRange& range);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_COMPARE_H_
