#include "tools/cli/mixed_run.h"

#include <numeric>
#include <string>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {

Result<MixedRun> MixedRun::Make(const graph::Graph& graph,
                                const GraphRunner& reference,
                                const GraphRunner& tested,
                                const std::vector<HostValue>& inputs) {
  MixedRun made(graph, reference, tested);
  for (const graph::ValueId id : graph.inputs) {
    for (const HostValue& input : inputs) {
      if (input.name() != graph.value(id).name) continue;
      ONNXIFI_ASSIGN_OR_RETURN(made.inputs_[id], CopyOf(input));
    }
    if (made.inputs_.count(id) == 0) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    StrCat("input '", EscapeText(graph.value(id).name),
                           "': there is no value for it"));
    }
  }
  return made;
}

graph::Extract MixedRun::ExtractOf(const Segment& segment) const {
  std::vector<size_t> nodes(segment.size());
  std::iota(nodes.begin(), nodes.end(), segment.begin);
  return graph::ExtractNodes(graph_, nodes,
                             graph::ResultsUsedElsewhere(graph_, nodes));
}

std::vector<HostValue> MixedRun::Take(const graph::Extract& part,
                                      Values* values) {
  std::vector<HostValue> taken;
  for (const graph::ValueId id : part.inputs) {
    const auto made = values->find(id);
    taken.push_back(
        std::move(made != values->end() ? made->second : inputs_[id]));
  }
  return taken;
}

void MixedRun::GiveBack(const graph::Extract& part,
                        std::vector<HostValue> taken, Values* values) {
  for (size_t i = 0; i < taken.size(); ++i) {
    const auto made = values->find(part.inputs[i]);
    (made != values->end() ? made->second : inputs_[part.inputs[i]]) =
        std::move(taken[i]);
  }
}

Status MixedRun::Run(const Stretch& stretch, Values* values) {
  const graph::Extract part = ExtractOf(stretch.nodes);
  if (part.outputs.empty()) return Status::Ok();  // nobody would notice
  ++runs_;
  std::vector<HostValue> inputs = Take(part, values);
  Result<std::vector<HostValue>> results =
      stretch.runner->Run(part.graph, inputs);
  GiveBack(part, std::move(inputs), values);
  if (!results.ok()) {
    return results.status().WithContext(
        StrCat("nodes ", stretch.nodes.begin, " to ", stretch.nodes.end - 1));
  }
  for (size_t i = 0; i < part.outputs.size(); ++i) {
    (*values)[part.outputs[i]] = std::move((*results)[i]);
  }
  return Status::Ok();
}

Result<std::vector<HostValue>> MixedRun::RunAll(
    const std::vector<Stretch>& stretches) {
  Values values;
  for (const Stretch& stretch : stretches) {
    if (stretch.nodes.size() == 0) continue;
    ONNXIFI_RETURN_IF_ERROR(Run(stretch, &values));
  }
  std::vector<HostValue> outputs;
  for (const graph::ValueId id : graph_.outputs) {
    const auto made = values.find(id);
    if (made == values.end()) continue;
    outputs.push_back(std::move(made->second));
    values.erase(made);
  }
  return outputs;
}

Result<std::vector<HostValue>> MixedRun::Outputs(const Segment& on_tested) {
  return RunAll({{{0, on_tested.begin}, &reference_},
                 {on_tested, &tested_},
                 {{on_tested.end, graph_.nodes.size()}, &reference_}});
}

Result<std::vector<HostValue>> MixedRun::OutputsWithout(
    const Segment& on_tested) {
  return RunAll({{{0, on_tested.begin}, &tested_},
                 {on_tested, &reference_},
                 {{on_tested.end, graph_.nodes.size()}, &tested_}});
}

Result<MixedRun::Alone> MixedRun::RunAlone(const Segment& segment) {
  Values values;
  if (segment.begin > 0) {
    ONNXIFI_RETURN_IF_ERROR(Run({{0, segment.begin}, &reference_}, &values));
  }
  Alone alone;
  alone.part = ExtractOf(segment);
  std::vector<HostValue> inputs = Take(alone.part, &values);
  for (const HostValue& input : inputs) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue copy, CopyOf(input));
    alone.inputs.push_back(std::move(copy));
  }
  GiveBack(alone.part, std::move(inputs), &values);
  runs_ += 2;
  ONNXIFI_ASSIGN_OR_RETURN(alone.want,
                           reference_.Run(alone.part.graph, alone.inputs));
  ONNXIFI_ASSIGN_OR_RETURN(alone.got,
                           tested_.Run(alone.part.graph, alone.inputs));
  return alone;
}

}  // namespace onnxifi::client
