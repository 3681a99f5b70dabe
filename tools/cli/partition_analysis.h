#ifndef ONNXIFI_TOOLS_CLI_PARTITION_ANALYSIS_H_
#define ONNXIFI_TOOLS_CLI_PARTITION_ANALYSIS_H_

#include <memory>
#include <string>
#include <vector>

#include "graph/onnx_reader.h"
#include "partitioner/node_cost.h"
#include "partitioner/placer.h"
#include "tools/cli/partition_costs.h"

namespace onnxifi::client {

// What `onnxifi partition` is asked.
struct PartitionOptions {
  std::string model;
  std::vector<std::string> devices;
  std::vector<std::string> diff;  // two plan files
  std::string json_file;
  std::string plan_file;
  std::string html_file;
  std::string onnx_file;
  bool nodes = false;
  bool what_if = false;
  CostOptions costs;
};

// A model, the devices that could run it, and where its nodes go: as the
// heterogeneous backend would have it.
struct Analysis {
  graph::MappedFile file;
  graph::Graph graph;  // without the nodes that are folded
  std::vector<graph::Node> folded;
  partitioner::Devices devices;
  std::unique_ptr<partitioner::Placer> placer;
  std::vector<std::string> remarks;
  partitioner::Placing placing;

  const std::string& DeviceName(size_t of_problem) const {
    return devices[placing.used[of_problem]]->name();
  }
  int32_t HomeOf(size_t node) const {
    const int32_t op = placing.problem.op_of[node];
    return placing.placement.home[static_cast<size_t>(op)];
  }
  // Where the cost of a node on one of `devices` comes from.
  const char* SourceOf(size_t node, size_t device) const {
    return partitioner::CostSourceName(
        partitioner::CostOfNode(graph, node, placer->views()[device]).source);
  }
  partitioner::SourceCounts SourcesOf(size_t of_problem) const {
    return partitioner::CountSources(graph,
                                     placer->views()[placing.used[of_problem]]);
  }
};

// Exit code, and the analysis when that is 0.
int Analyse(const PartitionOptions& options, Analysis* out);

// "Supporting OPERATOR on a device would save so much."
struct WhatIf {
  std::string device;
  std::string op_type;
  size_t nodes = 0;
  partitioner::Ns total = 0;
};

// What a device would have to support more, most saving first. Nothing is
// gained by what does not change the plan.
std::vector<WhatIf> AskWhatIf(Analysis& analysis);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_PARTITION_ANALYSIS_H_
