#ifndef ONNXIFI_TOOLS_CLI_PARTITION_REPORT_H_
#define ONNXIFI_TOOLS_CLI_PARTITION_REPORT_H_

#include <string>
#include <vector>

#include "partitioner/plan_diff.h"
#include "tools/cli/partition_analysis.h"

namespace onnxifi::client {

// What `onnxifi partition` tells people, on standard output, and programs.
void PrintPartition(const Analysis& analysis, const PartitionOptions& options,
                    const std::vector<WhatIf>& what_if);
std::string PartitionJson(const Analysis& analysis,
                          const PartitionOptions& options,
                          const std::vector<WhatIf>& what_if);

// The same for `onnxifi partition --diff`.
void PrintPlanDiff(const partitioner::PlanDiff& diff,
                   const PartitionOptions& options);
std::string PlanDiffJson(const partitioner::PlanDiff& diff,
                         const PartitionOptions& options);

// A time in microseconds with one digit after the point.
std::string Microseconds(partitioner::Ns ns);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_PARTITION_REPORT_H_
