#ifndef ONNXIFI_TOOLS_CLI_COMPARE_REPORT_H_
#define ONNXIFI_TOOLS_CLI_COMPARE_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/compare.h"
#include "client/host_value.h"
#include "graph/graph.h"
#include "tools/cli/bisect.h"

namespace onnxifi::client {

// What `onnxifi compare` tells people, on standard output, and programs. All
// texts are safe for a terminal.

// A line for one value of both backends. `what`: "output", "alone".
void PrintComparison(const char* what, const HostValue& want,
                     const Comparison& result);
nlohmann::json ComparisonJson(const HostValue& want, const Comparison& result);

// `backend` is the name of the one under test.
void PrintFinding(const Finding& finding, const graph::Graph& graph,
                  const std::string& backend);
nlohmann::json FindingJson(const Finding& finding, const graph::Graph& graph);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_COMPARE_REPORT_H_
