#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "graph/onnx_reader.h"
#include "partitioner/functions.h"
#include "partitioner/node_work.h"
#include "partitioner/picture.h"
#include "partitioner/placer.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/client.h"
#include "tools/cli/commands.h"
#include "tools/cli/file.h"
#include "tools/cli/partition_bodies.h"
#include "tools/cli/text.h"
#include "tools/cli/version.h"

namespace onnxifi::cli {
namespace {

using nlohmann::json;
using partitioner::Ns;

struct Options {
  std::string model;
  std::string devices;
  std::string json_file;
  std::string plan_file;
  std::string html_file;
  bool nodes = false;
  bool what_if = false;
};

// A model, the devices that could run it, and where its nodes go.
struct Analysis {
  graph::Graph graph;
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
};

// "Supporting OPERATOR on a device would save so much."
struct WhatIf {
  std::string device;
  std::string op_type;
  size_t nodes = 0;
  Ns total = 0;
};

std::string Microseconds(Ns ns) {
  return FixedText(static_cast<double>(ns) / 1000, 1);
}

double PercentOf(double part, double whole) {
  return whole > 0 ? part / whole * 100 : 0;
}

partitioner::Devices Select(partitioner::Devices all,
                            const std::string& names) {
  if (names.empty() || all.empty()) return all;
  partitioner::Devices chosen = {all.front()};
  for (const auto& device : all) {
    std::string_view rest = names;
    bool wanted = false;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = rest.substr(0, comma);
      wanted = wanted || (!name.empty() &&
                          device->name().find(name) != std::string::npos);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (wanted && device != chosen.front()) chosen.push_back(device);
  }
  return chosen;
}

// Exit code, and the analysis when that is 0.
int Analyse(const Options& options, Analysis* out) {
  Result<graph::MappedFile> file = graph::MapFile(options.model);
  if (!file.ok()) {
    return ReportError(kErrorFile, file.status().message(), kExitUsage);
  }
  graph::ReadOptions read;
  read.owner = file->owner;
  Result<graph::Graph> graph = graph::ReadModel(file->bytes, read);
  if (!graph.ok()) return ReportFailure(graph.status(), Step::kCompile);
  out->graph = std::move(graph).value();
  graph::RemoveDeadNodes(out->graph);
  Result<const partitioner::Functions*> functions = partitioner::FindLoader("");
  if (!functions.ok()) return ReportFailure(functions.status(), Step::kLoad);
  Result<partitioner::Devices> devices = partitioner::OpenDevices(**functions);
  if (!devices.ok()) return ReportFailure(devices.status(), Step::kLoad);
  out->devices = Select(std::move(devices).value(), options.devices);
  if (out->devices.empty()) {
    return ReportError(kErrorNoBackend,
                       "devices: none found: see what `onnxifi info` tells",
                       kExitNoBackend);
  }
  partitioner::PlacerOptions place;
  if (!options.plan_file.empty()) {
    auto pins = partitioner::ReadPlanFile(options.plan_file);
    if (!pins.ok()) {
      return ReportError(kErrorFile, pins.status().message(), kExitUsage);
    }
    place.pins = std::move(pins).value();
  }
  out->placer =
      std::make_unique<partitioner::Placer>(out->devices, std::move(place));
  const Status asked = out->placer->Ask(out->graph, &out->remarks);
  if (!asked.ok()) return ReportFailure(asked, Step::kCompile);
  Result<partitioner::Placing> placing =
      out->placer->Place(out->graph, &out->remarks);
  if (!placing.ok()) return ReportFailure(placing.status(), Step::kCompile);
  out->placing = std::move(placing).value();
  return kExitOk;
}

// What a device would have to support more, most saving first. Nothing is
// gained by what does not change the plan.
std::vector<WhatIf> AskWhatIf(Analysis& analysis) {
  std::vector<WhatIf> found;
  std::vector<partitioner::DeviceView>& views = analysis.placer->views();
  for (size_t d = 1; d < views.size(); ++d) {
    std::map<std::string, std::vector<size_t>> refused;
    for (size_t n = 0; n < views[d].support.size(); ++n) {
      if (views[d].support[n].supported) continue;
      refused[analysis.graph.nodes[n].op_type].push_back(n);
    }
    const std::vector<partitioner::NodeSupport> kept = views[d].support;
    for (const auto& [op_type, nodes] : refused) {
      for (const size_t n : nodes) {
        views[d].support[n] = {};
        views[d].support[n].supported = true;
      }
      const auto placing = analysis.placer->Place(analysis.graph);
      if (placing.ok() &&
          placing->cost.Total() < analysis.placing.cost.Total()) {
        found.push_back(
            {views[d].name, op_type, nodes.size(), placing->cost.Total()});
      }
      views[d].support = kept;
    }
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const WhatIf& a, const WhatIf& b) { return a.total < b.total; });
  return found;
}

void PrintDevices(const Analysis& analysis) {
  const partitioner::Placing& placing = analysis.placing;
  for (size_t d = 0; d < placing.used.size(); ++d) {
    double all_macs = 0, all_bytes = 0, macs = 0, bytes = 0;
    size_t nodes = 0, can = 0;
    for (size_t n = 0; n < analysis.graph.nodes.size(); ++n) {
      const partitioner::NodeWork work =
          partitioner::WorkOf(analysis.graph, analysis.graph.nodes[n]);
      all_macs += work.macs;
      all_bytes += work.bytes;
      can += analysis.placer->views()[placing.used[d]].support[n].supported;
      if (analysis.HomeOf(n) != static_cast<int32_t>(d)) continue;
      ++nodes;
      macs += work.macs;
      bytes += work.bytes;
    }
    std::printf(
        "device %zu  %-24s  runs %zu of %zu nodes (could: %zu), %s %% of the "
        "multiply-adds, %s %% of the bytes\n",
        d, EscapeText(analysis.DeviceName(d)).c_str(), nodes,
        analysis.graph.nodes.size(), can,
        FixedText(PercentOf(macs, all_macs), 1).c_str(),
        FixedText(PercentOf(bytes, all_bytes), 1).c_str());
  }
}

void PrintNodes(const Analysis& analysis) {
  const partitioner::Problem& problem = analysis.placing.problem.problem;
  for (size_t n = 0; n < analysis.graph.nodes.size(); ++n) {
    const graph::Node& node = analysis.graph.nodes[n];
    const int32_t op = analysis.placing.problem.op_of[n];
    const int32_t home = analysis.HomeOf(n);
    std::printf(
        "node %s (%s)  on %s", EscapeText(node.name).c_str(),
        EscapeText(node.op_type).c_str(),
        EscapeText(analysis.DeviceName(static_cast<size_t>(home))).c_str());
    for (int d = 0; d < problem.devices; ++d) {
      const size_t device = analysis.placing.used[static_cast<size_t>(d)];
      const Ns ns = problem.ExecNs(op, d);
      const auto& support = analysis.placer->views()[device].support[n];
      std::printf(
          "; %s: %s",
          EscapeText(analysis.DeviceName(static_cast<size_t>(d))).c_str(),
          ns == partitioner::kCannot ? EscapeText(support.reason).c_str()
                                     : StrCat(Microseconds(ns), " us").c_str());
    }
    std::printf("\n");
  }
}

void Print(const Analysis& analysis, const Options& options,
           const std::vector<WhatIf>& what_if) {
  for (const std::string& remark : analysis.remarks) {
    std::printf("note: %s\n", EscapeText(remark).c_str());
  }
  const partitioner::Placing& placing = analysis.placing;
  if (placing.used.empty()) {
    std::printf("one device only: %s runs all %zu nodes\n",
                EscapeText(analysis.devices.front()->name()).c_str(),
                analysis.graph.nodes.size());
    return;
  }
  PrintDevices(analysis);
  if (options.nodes) {
    PrintNodes(analysis);
    PrintBodyNodes(PlacedBodies(analysis.graph, *analysis.placer, placing));
  }
  const partitioner::Cost& cost = placing.cost;
  std::printf(
      "plan  %s us: work %s, copies %s (%zu), launches %s (%zu parts); found "
      "by %s\n",
      Microseconds(cost.Total()).c_str(), Microseconds(cost.exec).c_str(),
      Microseconds(cost.copy).c_str(), placing.plan.transfers.size(),
      Microseconds(cost.launch).c_str(), placing.plan.runs.size(),
      placing.found_by.c_str());
  if (placing.lower_bound > 0) {
    const auto total = static_cast<double>(cost.Total());
    const auto bound = static_cast<double>(placing.lower_bound);
    std::printf(
        "bound  %s us for plans without replicas: at most %s %% above\n",
        Microseconds(placing.lower_bound).c_str(),
        FixedText(std::max(0.0, (total / bound - 1) * 100), 1).c_str());
  }
  for (const partitioner::Policy& policy : placing.policies) {
    std::printf("policy  %s us: %s\n",
                Microseconds(policy.cost.Total()).c_str(), policy.name.c_str());
  }
  for (const WhatIf& one : what_if) {
    const double saved = static_cast<double>(cost.Total() - one.total);
    std::printf(
        "what if  %s supported %s (%zu nodes): %s us, %s %% less\n",
        EscapeText(one.device).c_str(), EscapeText(one.op_type).c_str(),
        one.nodes, Microseconds(one.total).c_str(),
        FixedText(PercentOf(saved, static_cast<double>(cost.Total())), 1)
            .c_str());
  }
}

json NodeJson(const Analysis& analysis, size_t n) {
  const graph::Node& node = analysis.graph.nodes[n];
  const partitioner::Problem& problem = analysis.placing.problem.problem;
  json there = json::array();
  for (int d = 0; d < problem.devices; ++d) {
    const Ns ns = problem.ExecNs(analysis.placing.problem.op_of[n], d);
    const size_t device = analysis.placing.used[static_cast<size_t>(d)];
    json one = {{"device", d}};
    if (ns == partitioner::kCannot) {
      one["reason"] =
          EscapeText(analysis.placer->views()[device].support[n].reason);
    } else {
      one["ns"] = ns;
    }
    there.push_back(std::move(one));
  }
  json told = {{"name", EscapeText(node.name)},
               {"operator", EscapeText(node.op_type)},
               {"device", analysis.HomeOf(n)},
               {"costs", std::move(there)}};
  if (analysis.placing.IsSplit(n)) told["split"] = true;
  return told;
}

json CostJson(const partitioner::Cost& cost) {
  return {{"total", cost.Total()},
          {"exec", cost.exec},
          {"copy", cost.copy},
          {"launch", cost.launch},
          {"runs", cost.runs}};
}

json PlanJson(const Analysis& analysis) {
  const partitioner::Placing& placing = analysis.placing;
  json runs = json::array();
  for (const partitioner::Run& run : placing.plan.runs) {
    json names = json::array();
    for (const size_t n : placing.problem.NodesOf(run.ops)) {
      names.push_back(EscapeText(analysis.graph.nodes[n].name));
    }
    runs.push_back({{"device", run.device}, {"nodes", std::move(names)}});
  }
  json transfers = json::array();
  for (const partitioner::Transfer& move : placing.plan.transfers) {
    const auto tensor = static_cast<size_t>(move.tensor);
    const int64_t bytes = placing.problem.problem.tensors[tensor].bytes;
    const graph::ValueId id = placing.problem.values[tensor];
    transfers.push_back(
        {{"value", EscapeText(analysis.graph.value(id).name)},
         {"bytes", bytes},
         {"from", move.from},
         {"to", move.to},
         {"after", move.after},
         {"before", move.before},
         {"ns", placing.problem.problem.CopyNs(move.from, move.to, bytes)}});
  }
  return {{"runs", std::move(runs)}, {"transfers", std::move(transfers)}};
}

json Report(const Analysis& analysis, const Options& options,
            const std::vector<WhatIf>& what_if) {
  const partitioner::Placing& placing = analysis.placing;
  json report = {{"schema", "onnxifi.partition/1"},
                 {"version", VersionText()},
                 {"model", EscapeText(options.model)},
                 {"notes", json::array()},
                 {"devices", json::array()}};
  for (const std::string& remark : analysis.remarks) {
    report["notes"].push_back(EscapeText(remark));
  }
  for (size_t d = 0; d < placing.used.size(); ++d) {
    report["devices"].push_back(EscapeText(analysis.DeviceName(d)));
  }
  if (placing.used.empty()) {
    report["devices"].push_back(EscapeText(analysis.devices.front()->name()));
    return report;
  }
  report["nodes"] = json::array();
  for (size_t n = 0; n < analysis.graph.nodes.size(); ++n) {
    report["nodes"].push_back(NodeJson(analysis, n));
  }
  AddBodies(PlacedBodies(analysis.graph, *analysis.placer, placing),
            placing.used, &report);
  report["plan"] = PlanJson(analysis);
  report["cost_ns"] = CostJson(placing.cost);
  report["lower_bound_ns"] = placing.lower_bound;
  report["found_by"] = placing.found_by;
  report["policies"] = json::array();
  for (const partitioner::Policy& policy : placing.policies) {
    report["policies"].push_back(
        {{"name", policy.name}, {"cost_ns", CostJson(policy.cost)}});
  }
  report["what_if"] = json::array();
  for (const WhatIf& one : what_if) {
    report["what_if"].push_back({{"device", EscapeText(one.device)},
                                 {"operator", EscapeText(one.op_type)},
                                 {"nodes", one.nodes},
                                 {"total_ns", one.total}});
  }
  return report;
}

int Draw(const Analysis& analysis, const std::string& path) {
  std::vector<std::string> names;
  for (size_t d = 0; d < analysis.placing.used.size(); ++d) {
    names.push_back(analysis.DeviceName(d));
  }
  const std::string page =
      partitioner::DrawPlacing(analysis.graph, analysis.placing, names);
  const Status written =
      WriteFileAtomically(path, std::as_bytes(std::span(page)));
  if (written.ok()) return kExitOk;
  return ReportError(kErrorWrite, written.message(), kExitResources);
}

int Partition(const Options& options) {
  Analysis analysis;
  const int analysed = Analyse(options, &analysis);
  if (analysed != kExitOk) return analysed;
  std::vector<WhatIf> what_if;
  if (options.what_if && !analysis.placing.used.empty()) {
    what_if = AskWhatIf(analysis);
  }
  if (options.json_file != "-") Print(analysis, options, what_if);
  if (!options.html_file.empty() && !analysis.placing.used.empty()) {
    const int drawn = Draw(analysis, options.html_file);
    if (drawn != kExitOk) return drawn;
  }
  if (options.json_file.empty()) return kExitOk;
  const std::string text = Report(analysis, options, what_if).dump(1) + "\n";
  if (options.json_file == "-") {
    std::fputs(text.c_str(), stdout);
    return kExitOk;
  }
  const Status written =
      WriteFileAtomically(options.json_file, std::as_bytes(std::span(text)));
  if (written.ok()) return kExitOk;
  return ReportError(kErrorWrite, written.message(), kExitResources);
}

}  // namespace

void AddPartitionCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "partition", "Tell which device would run which node, and why");
  command->add_option("model", options->model, "ONNX model file")->required();
  command->add_option("--devices", options->devices,
                      "Parts of backend names, separated by commas; the host "
                      "is always there");
  command->add_option("--plan", options->plan_file,
                      "Pin nodes as in this file, which --json has written");
  command->add_option("--html", options->html_file,
                      "Write a picture of the placed graph to this file");
  command->add_flag("--nodes", options->nodes, "A line for each node");
  command->add_flag("--what-if", options->what_if,
                    "What supporting one more operator would save");
  command->add_option("--json", options->json_file,
                      "Write a report as JSON to this file, - for stdout");
  command->callback([options, action] {
    *action = [options] { return Partition(*options); };
  });
}

}  // namespace onnxifi::cli
