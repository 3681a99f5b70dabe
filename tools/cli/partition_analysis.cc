#include "tools/cli/partition_analysis.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/fold_constants.h"
#include "partitioner/functions.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/graph_runner.h"
#include "tools/cli/model_file.h"

namespace onnxifi::client {
namespace {

// As the heterogeneous backend does it; a failure is not one of the analysis.
void Fold(Analysis* out) {
  const auto compute =
      [out](
          const graph::Extract& part) -> Result<std::vector<graph::TensorPtr>> {
    ONNXIFI_ASSIGN_OR_RETURN(const GraphRunner host,
                             GraphRunner::Open(out->devices.front()->id()));
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<HostValue> values,
                             host.Run(part.graph, {}));
    std::vector<graph::TensorPtr> tensors;
    for (const HostValue& value : values) {
      if (!value.is_tensor()) return tensors;
      ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr tensor,
                               ToGraphTensor(value.tensor));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  };
  if (!out->devices.front()->carries_values()) return;
  Result<std::vector<graph::Node>> folded =
      partitioner::FoldConstants(compute, &out->graph);
  if (folded.ok()) {
    out->folded = std::move(folded).value();
  } else {
    out->remarks.push_back(
        StrCat("constants are not folded: ", folded.status().message()));
  }
}

}  // namespace

int Analyse(const PartitionOptions& options, Analysis* out) {
  Result<graph::MappedFile> file = graph::MapFile(options.model);
  if (!file.ok()) {
    return ReportError(kErrorFile, file.status().message(), kExitUsage);
  }
  out->file = std::move(file).value();
  Result<graph::Graph> graph = ReadModelFile(out->file, options.model);
  if (!graph.ok()) return ReportFailure(graph.status(), Step::kCompile);
  out->graph = std::move(graph).value();
  Result<const partitioner::Functions*> functions = partitioner::FindLoader("");
  if (!functions.ok()) return ReportFailure(functions.status(), Step::kLoad);
  Result<partitioner::Devices> devices = partitioner::OpenDevices(**functions);
  if (!devices.ok()) return ReportFailure(devices.status(), Step::kLoad);
  out->devices = partitioner::ChooseDevices(*devices, options.devices);
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
  if (!out->placer->alone()) Fold(out);
  const Status asked = out->placer->Ask(out->graph, &out->remarks);
  if (!asked.ok()) return ReportFailure(asked, Step::kCompile);
  UseCosts(options.costs, out->graph, out->placer.get(), &out->remarks);
  Result<partitioner::Placing> placing =
      out->placer->Place(out->graph, &out->remarks);
  if (!placing.ok()) return ReportFailure(placing.status(), Step::kCompile);
  out->placing = std::move(placing).value();
  return kExitOk;
}

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

}  // namespace onnxifi::client
