#include "partitioner/plan_diff.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "partitioner/plan_file.h"

namespace onnxifi::partitioner {
namespace {

using nlohmann::json;

struct PlanText {
  std::vector<PlannedNode> nodes;
  std::optional<PlanTotals> totals;
};

// The member when it is a whole number that can be a time.
std::optional<Ns> Number(const json& object, const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) {
    return std::nullopt;
  }
  const auto number = found->get<int64_t>();
  if (number < 0 || number == kCannot) return std::nullopt;
  return number;
}

// What the node takes on the device that its file gives it.
std::optional<Ns> CostOf(const json& node, const json& devices,
                         const std::string& device) {
  const auto costs = node.find("costs");
  if (costs == node.end() || !costs->is_array() || !devices.is_array()) {
    return std::nullopt;
  }
  for (const json& cost : *costs) {
    const std::optional<Ns> index = Number(cost, "device");
    if (!index.has_value() || static_cast<uint64_t>(*index) >= devices.size()) {
      continue;
    }
    const json& name = devices[static_cast<size_t>(*index)];
    if (name.is_string() && name.get_ref<const std::string&>() == device) {
      return Number(cost, "ns");
    }
  }
  return std::nullopt;
}

std::optional<PlanTotals> TotalsOf(const json& plan) {
  const auto cost = plan.find("cost_ns");
  if (cost == plan.end()) return std::nullopt;
  const std::optional<Ns> total = Number(*cost, "total");
  if (!total.has_value()) return std::nullopt;
  PlanTotals totals;
  totals.total = *total;
  totals.work = Number(*cost, "exec").value_or(0);
  totals.copies = Number(*cost, "copy").value_or(0);
  totals.launches = Number(*cost, "launch").value_or(0);
  totals.parts = static_cast<size_t>(Number(*cost, "runs").value_or(0));
  return totals;
}

Result<PlanText> ReadText(std::string_view text) {
  // Which also checks all that is relied on below.
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<Pin> pins, ParsePlan(text));
  const json plan = json::parse(text, nullptr, false);
  const json names = plan.value("devices", json());
  PlanText out;
  const json& nodes = plan["nodes"];
  for (size_t i = 0; i < pins.size(); ++i) {
    PlannedNode node;
    node.cost = CostOf(nodes[i], names, pins[i].device);
    node.name = std::move(pins[i].node);
    node.device = std::move(pins[i].device);
    out.nodes.push_back(std::move(node));
  }
  out.totals = TotalsOf(plan);
  return out;
}

PlanDiff Diff(PlanText before, PlanText after) {
  PlanDiff diff;
  diff.before = before.totals;
  diff.after = after.totals;
  // The places in `after` of each name that are not taken yet, last first.
  std::map<std::string, std::vector<size_t>, std::less<>> places;
  for (size_t i = after.nodes.size(); i-- > 0;) {
    places[after.nodes[i].name].push_back(i);
  }
  std::vector<bool> taken(after.nodes.size(), false);
  for (PlannedNode& node : before.nodes) {
    const auto found = places.find(node.name);
    if (found == places.end() || found->second.empty()) {
      diff.only_before.push_back(std::move(node));
      continue;
    }
    const size_t place = found->second.back();
    found->second.pop_back();
    taken[place] = true;
    if (after.nodes[place].device == node.device) {
      ++diff.same;
    } else {
      diff.moved.push_back({std::move(node), after.nodes[place]});
    }
  }
  for (size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) diff.only_after.push_back(std::move(after.nodes[i]));
  }
  return diff;
}

}  // namespace

Result<PlanDiff> DiffPlans(std::string_view before, std::string_view after) {
  Result<PlanText> first = ReadText(before);
  if (!first.ok()) return first.status().WithContext("first");
  Result<PlanText> second = ReadText(after);
  if (!second.ok()) return second.status().WithContext("second");
  return Diff(*std::move(first), *std::move(second));
}

Result<PlanDiff> DiffPlanFiles(const std::string& before,
                               const std::string& after) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::string first, ReadPlanText(before));
  ONNXIFI_ASSIGN_OR_RETURN(const std::string second, ReadPlanText(after));
  return DiffPlans(first, second);
}

}  // namespace onnxifi::partitioner
