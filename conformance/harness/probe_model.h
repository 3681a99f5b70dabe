#ifndef ONNXIFI_CONFORMANCE_HARNESS_PROBE_MODEL_H_
#define ONNXIFI_CONFORMANCE_HARNESS_PROBE_MODEL_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "conformance/harness/guarded_buffer.h"

namespace onnxifi::conformance {

// A model of one node, "x" to "y", both float of the same shape, by which the
// tests of everything but operators run a plugin.
struct ProbeModel {
  std::string op;
  std::string bytes;          // shape {2, 3}
  std::string dynamic_bytes;  // shape {"N", 3}
  float (*result)(float x);   // of one element
};

// From the one that tells most to the one that everybody has.
std::span<const ProbeModel> ProbeModels();

// The same model with another shape, and more of them in a row.
std::string MakeProbe(const std::string& op, const std::vector<int64_t>& shape,
                      int nodes = 1);

// Memory for one run of a probe model. Inputs are different numbers whose
// results are exact; outputs are poison.
struct ProbeTensors {
  // Elements start at `first`. Size 0 when there is no memory.
  explicit ProbeTensors(std::vector<uint64_t> shape, float first = 1);

  std::vector<uint64_t> shape;
  GuardedBuffer x;
  GuardedBuffer y;

  // Writes the inputs anew, and poison into the output.
  void Reset(float first);
  // What is wrong with y after a run; empty: nothing. Looks at the bytes around
  // both, and that x is as it was.
  std::string Wrong(const ProbeModel& model) const;
  // Whether y is still poison.
  bool untouched() const;

 private:
  float first_ = 0;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_PROBE_MODEL_H_
