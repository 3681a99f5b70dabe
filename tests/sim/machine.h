#ifndef ONNXIFI_TESTS_SIM_MACHINE_H_
#define ONNXIFI_TESTS_SIM_MACHINE_H_

#include <onnxifi/onnxifi.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::sim {

// How a file names a node's operator: "Conv", "ai.onnx.ml:Scaler".
std::string OperatorName(const graph::Node& node);

// One number for each operator; the name "*" stands for all the others.
template <typename T>
struct PerOperator {
  std::map<std::string, T> entries;

  // nullptr: the file says nothing about it.
  const T* Find(const std::string& op) const {
    auto found = entries.find(op);
    if (found == entries.end()) found = entries.find("*");
    return found == entries.end() ? nullptr : &found->second;
  }
};

struct OperatorSet {
  bool all = false;
  std::set<std::string> names;
  std::set<std::string> except;

  bool Has(const std::string& op) const {
    return (all || names.contains(op)) && !except.contains(op);
  }
};

// What goes wrong. Runs are counted from 1 over all graphs of the device; 0:
// never.
struct Faults {
  struct AtCompile {
    std::string node;               // the name of one,
    std::string op;                 // or the operator of any,
    std::optional<uint64_t> index;  // or the place of one in the graph
    onnxStatus status = ONNXIFI_STATUS_INTERNAL_ERROR;
  };
  // A node computes something else, in every run of a graph that has it.
  struct WrongResult {
    std::string node;  // the name of one,
    std::string op;    // or the operator of any
    std::string with;  // only in graphs that have this node, too
    double add = 0;    // to each element of its first output
  };
  std::optional<AtCompile> compile;
  std::vector<WrongResult> wrong_results;
  std::optional<uint64_t> out_of_memory_above;  // bytes of constants
  uint64_t lost_at_run = 0;
  uint64_t out_of_memory_at_run = 0;
  uint64_t fails_at_run = 0;
  uint64_t wrong_at_run = 0;
  uint64_t hang_at_run = 0;
  uint64_t hang_ms = 0;
};

// One simulated device. Numbers of onnxGetBackendInfo are 0 when not told.
struct DeviceSpec {
  std::string name;
  uint64_t device_type = ONNXIFI_DEVICE_TYPE_NPU;
  uint64_t macs_fp32 = 0;
  uint64_t macs_fp16 = 0;
  uint64_t memory_bandwidth = 0;
  uint64_t cpu_read_bandwidth = 0;
  uint64_t cpu_write_bandwidth = 0;
  uint64_t memory_size = 0;
  bool device_memory = false;  // clients can allocate and copy

  OperatorSet operators;
  std::set<graph::DataType> data_types;  // empty: all
  std::set<std::string> emulated;
  std::optional<uint64_t> max_rank;
  bool refuse_dynamic_shapes = false;

  PerOperator<uint64_t> cost_ns;
  std::optional<double> cost_per_element_ps;
  PerOperator<uint64_t> host_inputs;  // bits as in NodeSupport
  std::vector<std::set<std::string>> groups;

  double launch_us = 0;
  double copy_us = 0;  // of each copy of device memory
  PerOperator<double> slow_down;
  bool real_time = false;

  Faults faults;
};

// The devices that a text of JSON describes (README.md). An error names the
// place: "devices[1].faults.lost_at_run: ...".
Result<std::vector<DeviceSpec>> ParseMachine(std::string_view text);
// The same from a file, which an error names too.
Result<std::vector<DeviceSpec>> LoadMachine(const std::string& path);

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_MACHINE_H_
