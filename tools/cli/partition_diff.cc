// What `onnxifi partition --diff` tells.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"
#include "tools/cli/partition_report.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

// "sim GPU (0.9 us)".
std::string PlaceText(const partitioner::PlannedNode& node) {
  const std::string device = EscapeText(node.device);
  if (!node.cost.has_value()) return device;
  return StrCat(device, " (", Microseconds(*node.cost), " us)");
}

void PrintOnly(const char* which, const std::string& file,
               const std::vector<partitioner::PlannedNode>& nodes) {
  for (const partitioner::PlannedNode& node : nodes) {
    std::printf("only in the %s plan (%s)  node %s: %s\n", which,
                EscapeText(file).c_str(), EscapeText(node.name).c_str(),
                PlaceText(node).c_str());
  }
}

std::string TotalsText(const partitioner::PlanTotals& totals) {
  return StrCat(Microseconds(totals.total), " us: work ",
                Microseconds(totals.work), ", copies ",
                Microseconds(totals.copies), ", launches ",
                Microseconds(totals.launches), " (", totals.parts, " parts)");
}

json PlannedJson(const partitioner::PlannedNode& node) {
  json out = {{"device", EscapeText(node.device)}};
  if (node.cost.has_value()) out["ns"] = *node.cost;
  return out;
}

json TotalsJson(const std::optional<partitioner::PlanTotals>& totals) {
  if (!totals.has_value()) return nullptr;
  return {{"total", totals->total},
          {"exec", totals->work},
          {"copy", totals->copies},
          {"launch", totals->launches},
          {"runs", totals->parts}};
}

json OnlyJson(const std::vector<partitioner::PlannedNode>& nodes) {
  json out = json::array();
  for (const partitioner::PlannedNode& node : nodes) {
    out.push_back(PlannedJson(node));
    out.back()["name"] = EscapeText(node.name);
  }
  return out;
}

}  // namespace

void PrintPlanDiff(const partitioner::PlanDiff& diff,
                   const PartitionOptions& options) {
  for (const partitioner::MovedNode& node : diff.moved) {
    std::printf("moved  node %s: %s -> %s\n",
                EscapeText(node.from.name).c_str(),
                PlaceText(node.from).c_str(), PlaceText(node.to).c_str());
  }
  PrintOnly("first", options.diff[0], diff.only_before);
  PrintOnly("second", options.diff[1], diff.only_after);
  if (diff.before.has_value()) {
    std::printf("first   %s\n", TotalsText(*diff.before).c_str());
  }
  if (diff.after.has_value()) {
    std::printf("second  %s\n", TotalsText(*diff.after).c_str());
  }
  std::printf(
      "%s: %zu nodes in the same place, %zu moved, %zu only in the first "
      "plan, %zu only in the second\n",
      diff.equal() ? "equal" : "different", diff.same, diff.moved.size(),
      diff.only_before.size(), diff.only_after.size());
}

std::string PlanDiffJson(const partitioner::PlanDiff& diff,
                         const PartitionOptions& options) {
  json moved = json::array();
  for (const partitioner::MovedNode& node : diff.moved) {
    moved.push_back({{"name", EscapeText(node.from.name)},
                     {"from", PlannedJson(node.from)},
                     {"to", PlannedJson(node.to)}});
  }
  const json report = {{"schema", "onnxifi.partition-diff/1"},
                       {"version", VersionText()},
                       {"first", EscapeText(options.diff[0])},
                       {"second", EscapeText(options.diff[1])},
                       {"equal", diff.equal()},
                       {"same", diff.same},
                       {"moved", std::move(moved)},
                       {"only_first", OnlyJson(diff.only_before)},
                       {"only_second", OnlyJson(diff.only_after)},
                       {"cost_ns",
                        {{"first", TotalsJson(diff.before)},
                         {"second", TotalsJson(diff.after)}}}};
  return report.dump(1) + "\n";
}

}  // namespace onnxifi::client
