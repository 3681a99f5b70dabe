#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "client/file.h"
#include "partitioner/picture.h"
#include "partitioner/plan_diff.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/partition_analysis.h"
#include "tools/cli/partition_onnx.h"
#include "tools/cli/partition_report.h"

namespace onnxifi::client {
namespace {

int WriteText(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return kExitOk;
  }
  const Status written =
      WriteFileAtomically(path, std::as_bytes(std::span(text)));
  if (written.ok()) return kExitOk;
  return ReportError(kErrorWrite, written.message(), kExitResources);
}

int Draw(const Analysis& analysis, const std::string& path) {
  std::vector<std::string> names;
  for (size_t d = 0; d < analysis.placing.used.size(); ++d) {
    names.push_back(analysis.DeviceName(d));
  }
  return WriteText(
      path, partitioner::DrawPlacing(analysis.graph, analysis.placing, names));
}

// As diff does: 0 equal, 1 different, more for trouble.
int Diff(const PartitionOptions& options) {
  const Result<partitioner::PlanDiff> diff =
      partitioner::DiffPlanFiles(options.diff[0], options.diff[1]);
  if (!diff.ok()) {
    return ReportError(kErrorFile, diff.status().message(), kExitUsage);
  }
  if (options.json_file != "-") PrintPlanDiff(*diff, options);
  if (!options.json_file.empty()) {
    const int written =
        WriteText(options.json_file, PlanDiffJson(*diff, options));
    if (written != kExitOk) return written;
  }
  return diff->equal() ? kExitOk : kExitComparison;
}

int Partition(const PartitionOptions& options) {
  if (options.diff.empty() == options.model.empty()) {
    return ReportError(kErrorUsage,
                       "partition: it needs either a model or --diff: give "
                       "MODEL, or --diff FIRST.json SECOND.json",
                       kExitUsage);
  }
  if (!options.diff.empty()) return Diff(options);
  Analysis analysis;
  const int analysed = Analyse(options, &analysis);
  if (analysed != kExitOk) return analysed;
  std::vector<WhatIf> what_if;
  if (options.what_if && !analysis.placing.used.empty()) {
    what_if = AskWhatIf(analysis);
  }
  if (options.json_file != "-") PrintPartition(analysis, options, what_if);
  if (!options.html_file.empty() && !analysis.placing.used.empty()) {
    const int drawn = Draw(analysis, options.html_file);
    if (drawn != kExitOk) return drawn;
  }
  if (!options.onnx_file.empty()) {
    const int written = WritePartitionOnnx(analysis, options);
    if (written != kExitOk) return written;
  }
  if (options.json_file.empty()) return kExitOk;
  return WriteText(options.json_file,
                   PartitionJson(analysis, options, what_if));
}

}  // namespace

void AddPartitionCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<PartitionOptions>();
  CLI::App* command = app.add_subcommand(
      "partition", "Tell which device would run which node, and why");
  command->add_option("model", options->model, "ONNX model file");
  command
      ->add_option("--devices", options->devices,
                   "Parts of backend names, separated by commas; the host is "
                   "always there")
      ->delimiter(',');
  command->add_option("--plan", options->plan_file,
                      "Pin nodes as in this file, which --json has written");
  command->add_option("--html", options->html_file,
                      "Write a picture of the placed graph to this file");
  command->add_option("--onnx", options->onnx_file,
                      "Write the model with the plan in the metadata of its "
                      "nodes to this file, for Netron");
  command
      ->add_option("--diff", options->diff,
                   "Instead of a model: what differs between two plans that "
                   "--json has written; exit code 1 when something does")
      ->expected(2);
  command->add_flag("--nodes", options->nodes, "A line for each node");
  command->add_flag("--what-if", options->what_if,
                    "What supporting one more operator would save");
  command->add_option("--json", options->json_file,
                      "Write a report as JSON to this file, - for stdout");
  AddCostOptions(command, &options->costs);
  command->callback([options, action] {
    *action = [options] { return Partition(*options); };
  });
}

}  // namespace onnxifi::client
