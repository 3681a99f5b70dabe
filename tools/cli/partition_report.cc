#include "tools/cli/partition_report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"
#include "partitioner/node_work.h"
#include "tools/cli/partition_bodies.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;
using partitioner::Ns;

double PercentOf(double part, double whole) {
  return whole > 0 ? part / whole * 100 : 0;
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
        "multiply-adds, %s %% of the bytes; costs: %s\n",
        d, EscapeText(analysis.DeviceName(d)).c_str(), nodes,
        analysis.graph.nodes.size(), can,
        FixedText(PercentOf(macs, all_macs), 1).c_str(),
        FixedText(PercentOf(bytes, all_bytes), 1).c_str(),
        SourcesText(analysis.SourcesOf(d)).c_str());
  }
}

void PrintNodes(const Analysis& analysis) {
  for (const graph::Node& node : analysis.folded) {
    std::printf("node %s (%s)  folded\n", EscapeText(node.name).c_str(),
                EscapeText(node.op_type).c_str());
  }
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
          ns == partitioner::kCannot
              ? EscapeText(support.reason).c_str()
              : StrCat(Microseconds(ns), " us ", analysis.SourceOf(n, device))
                    .c_str());
    }
    std::printf("\n");
  }
}

}  // namespace

void PrintPartition(const Analysis& analysis, const PartitionOptions& options,
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
  if (!analysis.folded.empty()) {
    std::printf("folded  %zu nodes are computed once, on %s\n",
                analysis.folded.size(),
                EscapeText(analysis.devices.front()->name()).c_str());
  }
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

namespace {

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
      one["source"] = analysis.SourceOf(n, device);
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

}  // namespace

std::string PartitionJson(const Analysis& analysis,
                          const PartitionOptions& options,
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
    return report.dump(1) + "\n";
  }
  report["nodes"] = json::array();
  for (size_t n = 0; n < analysis.graph.nodes.size(); ++n) {
    report["nodes"].push_back(NodeJson(analysis, n));
  }
  AddBodies(PlacedBodies(analysis.graph, *analysis.placer, placing),
            placing.used, &report);
  report["folded"] = json::array();
  for (const graph::Node& node : analysis.folded) {
    report["folded"].push_back({{"name", EscapeText(node.name)},
                                {"operator", EscapeText(node.op_type)}});
  }
  report["cost_sources"] = json::array();
  report["figures"] = json::array();
  for (size_t d = 0; d < placing.used.size(); ++d) {
    report["cost_sources"].push_back(SourcesJson(analysis.SourcesOf(d)));
    report["figures"].push_back(
        FiguresJson(analysis.placer->views()[placing.used[d]].figures));
  }
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
  return report.dump(1) + "\n";
}

std::string Microseconds(Ns ns) {
  return FixedText(static_cast<double>(ns) / 1000, 1);
}

}  // namespace onnxifi::client
