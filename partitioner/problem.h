#ifndef ONNXIFI_PARTITIONER_PROBLEM_H_
#define ONNXIFI_PARTITIONER_PROBLEM_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "base/status.h"

namespace onnxifi::partitioner {

// Time in nanoseconds. Whole numbers, so that a plan is the same on every
// machine and ties are real ties.
using Ns = int64_t;

// No device may be asked to do this.
inline constexpr Ns kCannot = INT64_MAX;
// The largest time of one operator or copy: more than ten days.
inline constexpr Ns kMaxNs = int64_t{1} << 50;
// Devices of one problem; sets of devices are bit masks.
inline constexpr int kMaxDevices = 32;
// The host. It runs what nobody else can, and owns graph inputs and outputs.
inline constexpr int kHost = 0;

// What the optimiser places: a node, or nodes that must stay together.
struct Op {
  std::vector<int32_t> reads = {};       // tensors, each once
  std::vector<int32_t> host_reads = {};  // tensors that it needs in host memory
  std::vector<int32_t> writes = {};      // tensors
  std::vector<int32_t> weights = {};     // of Problem::weight_bytes, each once
  // May run on several devices when that is cheaper than copying its results:
  // it has no side effect and is not random.
  bool replicable = false;
};

struct Tensor {
  int64_t bytes = 0;
  bool is_output = false;  // wanted in host memory at the end
};

// How long bytes take from one device to another.
struct CopyCost {
  Ns latency = 0;
  // Picoseconds a byte: 1000 is 1 GB/s, 0 is shared memory.
  int64_t picoseconds = 0;
};

// A directed acyclic graph of operators and what it costs to run and move its
// parts. Ops stand in topological order.
struct Problem {
  int devices = 1;
  std::vector<Op> ops;
  std::vector<Tensor> tensors;  // who writes them: Producers()
  std::vector<int64_t> weight_bytes;

  std::vector<Ns> exec;               // [op * devices + device], or kCannot
  std::vector<Ns> launch;             // [device]: what starting one run costs
  std::vector<CopyCost> copy;         // [from * devices + to]
  std::vector<int64_t> memory_limit;  // [device] bytes of weights; -1: none
  // [op]: the device that it must be on, or -1.
  std::vector<int32_t> pins;

  Ns ExecNs(int32_t op, int device) const {
    return exec[static_cast<size_t>(op) * static_cast<size_t>(devices) +
                static_cast<size_t>(device)];
  }
  bool Runs(int32_t op, int device) const {
    const int32_t pin = pins[static_cast<size_t>(op)];
    return ExecNs(op, device) != kCannot && (pin < 0 || pin == device);
  }
  Ns CopyNs(int from, int to, int64_t bytes) const;
};

// One op waits for another, or for its result in host memory.
struct Link {
  int32_t op = 0;
  bool host = false;
  auto operator<=>(const Link&) const = default;
};

// The links of a valid problem, built once for all algorithms. Each list is in
// order and without repetition.
struct Links {
  std::vector<int32_t> producer;                   // [tensor], or -1: an input
  std::vector<std::vector<int32_t>> readers;       // [tensor] ops
  std::vector<std::vector<int32_t>> host_readers;  // [tensor] ops
  std::vector<std::vector<Link>> before;           // [op] what it waits for
  std::vector<std::vector<Link>> after;            // [op] what waits for it
};
Links MakeLinks(const Problem& problem);

// What Optimize() relies on: sizes, indices, order, one producer a tensor,
// times within range and a sum that cannot overflow, and for each op a device
// that runs it. The message names the op, tensor or device.
Status CheckProblem(const Problem& problem);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PROBLEM_H_
