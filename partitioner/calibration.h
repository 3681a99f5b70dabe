#ifndef ONNXIFI_PARTITIONER_CALIBRATION_H_
#define ONNXIFI_PARTITIONER_CALIBRATION_H_

#include <map>
#include <optional>
#include <string>

#include "partitioner/device.h"
#include "partitioner/problem.h"

namespace onnxifi::partitioner {

// More than a quarter of an hour for one node or launch is no time.
inline constexpr Ns kMostNodeNs = 1'000'000'000'000;
// Nothing is slower than a kilobyte a second.
inline constexpr int64_t kMostPicoseconds = 1'000'000'000;

// What was measured of one device; what is empty was not.
struct Calibration {
  std::optional<Ns> launch;
  std::optional<CopyCost> from_host;
  std::optional<CopyCost> to_host;
  std::map<std::string, Ns> nodes;  // by NodeKey(), 1 to kMostNodeNs

  bool empty() const { return !launch && !from_host && nodes.empty(); }
  // What `newer` has replaces what is here.
  void Merge(const Calibration& newer);
  // The device's own figures, with those that were measured in their place.
  DeviceFigures Correct(DeviceFigures told) const;
};

// Medians of runs of small models, in nanoseconds, from which a device's
// figures follow; what is empty could not be run.
struct ProbeTimes {
  int nodes = 1;     // of the long models
  double bytes = 0;  // by which the large tensors are larger than the small
  std::optional<double> one;          // one node, a tensor in and one out
  std::optional<double> chain;        // `nodes`, each reads the one before
  std::optional<double> wide;         // `nodes`, each with tensors of its own
  std::optional<double> large;        // one node, large tensors
  std::optional<double> large_chain;  // `nodes` of them
  std::optional<double> slice;        // a few elements of a small tensor
  std::optional<double> large_slice;  // as many of a large one
};

// Launch and copies without what the nodes themselves take. The latency of a
// copy is half of what a pair takes, as nothing tells the directions apart;
// bandwidths are told apart by the slices, else by what the device tells, else
// they are equal. A device in host memory has no copies. Times that make no
// sense (negative, no number, a large model faster than a small one) give the
// nearest figures that do.
Calibration SolveFigures(const ProbeTimes& times, const DeviceFigures& told,
                         bool in_host_memory);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_CALIBRATION_H_
