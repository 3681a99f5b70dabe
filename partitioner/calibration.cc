#include "partitioner/calibration.h"

#include <algorithm>
#include <cmath>

namespace onnxifi::partitioner {
namespace {

constexpr auto kMostTime = static_cast<double>(kMostNodeNs);

// A measured time within reason; no number counts as nothing measured.
std::optional<double> Sane(const std::optional<double>& time) {
  if (!time || std::isnan(*time)) return std::nullopt;
  return std::clamp(*time, 0.0, kMostTime);
}

// The time of each of `steps` things by which `more` exceeds `less`.
double Each(double more, double less, double steps, double low, double high) {
  return std::clamp((more - less) / steps, low, std::max(low, high));
}

Ns Whole(double ns) { return static_cast<Ns>(std::llround(ns)); }

// Picoseconds that a byte takes to the device and back, and to it alone.
struct ByteTimes {
  double both = 0;
  double in = 0;
};

std::optional<ByteTimes> SolveBytes(const ProbeTimes& times, double one,
                                    double node, const DeviceFigures& told) {
  const std::optional<double> large = Sane(times.large);
  if (!large || !(times.bytes >= 1) || !std::isfinite(times.bytes)) {
    return std::nullopt;
  }
  constexpr auto kMost = static_cast<double>(kMostPicoseconds);
  const double steps = std::max(times.nodes - 1, 1);
  const double per_byte = 1000 / times.bytes;
  const double all = std::clamp((*large - one) * per_byte, 0.0, kMost);
  double work = 0;
  if (const auto chain = Sane(times.large_chain)) {
    // A large node takes as much more as there are bytes in it.
    const double large_node = Each(*chain, *large, steps, node, kMostTime);
    work = std::min((large_node - node) * per_byte, all);
  }
  ByteTimes bytes;
  bytes.both = all - work;
  const auto small_slice = Sane(times.slice);
  const auto large_slice = Sane(times.large_slice);
  if (small_slice && large_slice) {
    bytes.in =
        std::clamp((*large_slice - *small_slice) * per_byte, 0.0, bytes.both);
    return bytes;
  }
  const auto in = static_cast<double>(told.from_host.picoseconds);
  const auto out = static_cast<double>(told.to_host.picoseconds);
  bytes.in = bytes.both * (in + out > 0 ? in / (in + out) : 0.5);
  return bytes;
}

}  // namespace

void Calibration::Merge(const Calibration& newer) {
  if (newer.launch) launch = newer.launch;
  if (newer.from_host) from_host = newer.from_host;
  if (newer.to_host) to_host = newer.to_host;
  for (const auto& [key, ns] : newer.nodes) nodes[key] = ns;
}

DeviceFigures Calibration::Correct(DeviceFigures told) const {
  if (launch) told.launch = *launch;
  if (from_host) told.from_host = *from_host;
  if (to_host) told.to_host = *to_host;
  return told;
}

Calibration SolveFigures(const ProbeTimes& times, const DeviceFigures& told,
                         bool in_host_memory) {
  Calibration solved;
  const std::optional<double> one = Sane(times.one);
  if (!one) return solved;
  const double steps = std::max(times.nodes - 1, 1);
  double node = 0;
  if (const auto chain = Sane(times.chain)) {
    node = Each(*chain, *one, steps, 0, *one);
  }
  if (in_host_memory) {
    solved.launch = Whole(*one - node);
    return solved;
  }
  double latency = std::min(static_cast<double>(told.from_host.latency) +
                                static_cast<double>(told.to_host.latency),
                            *one - node);
  if (const auto wide = Sane(times.wide)) {
    latency = Each(*wide, *one, steps, node, *one) - node;
  }
  latency = std::max(latency, 0.0);
  solved.launch = Whole(*one - node - latency);
  CopyCost in = {Whole(latency / 2), told.from_host.picoseconds};
  CopyCost out = {Whole(latency) - in.latency, told.to_host.picoseconds};
  if (const auto bytes = SolveBytes(times, *one, node, told)) {
    in.picoseconds = Whole(bytes->in);
    out.picoseconds = Whole(bytes->both - bytes->in);
  }
  solved.from_host = in;
  solved.to_host = out;
  return solved;
}

}  // namespace onnxifi::partitioner
