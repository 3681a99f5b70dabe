#ifndef ONNXIFI_TOOLS_CLI_PARTITION_COSTS_H_
#define ONNXIFI_TOOLS_CLI_PARTITION_COSTS_H_

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "partitioner/node_cost.h"
#include "partitioner/placer.h"

namespace onnxifi::client {

// What `onnxifi partition` has to do with measured costs: it uses what is kept,
// as the heterogeneous backend does, and --calibrate measures anew.
struct CostOptions {
  std::string seconds;  // of each device; empty: nothing is measured
};
void AddCostOptions(CLI::App* command, CostOptions* options);

// After the placer has asked. With progress on standard error where that is a
// terminal; `remarks` gets what was measured, and what could not be.
void UseCosts(const CostOptions& options, const graph::Graph& graph,
              partitioner::Placer* placer, std::vector<std::string>* remarks);

// "12 measured, 3 told, 0 roofline", and the same as an object.
std::string SourcesText(const partitioner::SourceCounts& counts);
nlohmann::json SourcesJson(const partitioner::SourceCounts& counts);
// What a launch and copies take in the cost model.
nlohmann::json FiguresJson(const partitioner::DeviceFigures& figures);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_PARTITION_COSTS_H_
