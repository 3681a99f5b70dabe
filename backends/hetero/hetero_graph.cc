#include "backends/hetero/hetero_graph.h"

#include <algorithm>
#include <utility>

#include "backends/hetero/fold_on_host.h"
#include "base/str_cat.h"
#include "graph/extract.h"
#include "partitioner/support.h"

namespace onnxifi::hetero {
namespace {

// How often a device may be asked for less before it is asked for nothing.
constexpr int kMostRetreats = 3;

// Less work would not help.
bool IsForGood(onnxStatus code) {
  return code == ONNXIFI_STATUS_BACKEND_UNAVAILABLE ||
         code == ONNXIFI_STATUS_NO_DEVICE_MEMORY ||
         code == ONNXIFI_STATUS_NO_DEVICE_RESOURCES;
}

// Runs a HeteroGraph, which outlives it.
class HeteroExecutable final : public Executable {
 public:
  HeteroExecutable(HeteroGraph& graph, std::vector<graph::Shape> shapes)
      : graph_(graph), shapes_(std::move(shapes)) {}
  const std::vector<graph::Shape>& output_shapes() const override {
    return shapes_;
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override {
    return graph_.RunPlanned(inputs, outputs);
  }

 private:
  HeteroGraph& graph_;
  const std::vector<graph::Shape> shapes_;
};

}  // namespace

HeteroGraph::HeteroGraph(graph::Graph graph,
                         std::unique_ptr<partitioner::Placer> own,
                         Report report)
    : graph_(std::move(graph)),
      own_placer_(std::move(own)),
      placer_(*own_placer_),
      report_(std::move(report)),
      is_body_(false) {}

HeteroGraph::HeteroGraph(graph::Graph graph, partitioner::Placer& placer,
                         Report report)
    : graph_(std::move(graph)),
      placer_(placer),
      report_(std::move(report)),
      is_body_(true) {}

Result<std::unique_ptr<CompiledGraph>> HeteroGraph::Create(
    graph::Graph graph, Devices devices, const Options& options) {
  graph::RemoveDeadNodes(graph);
  Report report(graph.name, options.report);
  std::unique_ptr<HeteroGraph> made(
      new HeteroGraph(std::move(graph),
                      std::make_unique<partitioner::Placer>(std::move(devices),
                                                            options.placement),
                      std::move(report)));
  if (!made->placer_.alone()) {
    ONNXIFI_RETURN_IF_ERROR(made->Prepare());
    made->Calibrate(options.costs);
  }
  ONNXIFI_RETURN_IF_ERROR(made->Build());
  return std::unique_ptr<CompiledGraph>(std::move(made));
}

void HeteroGraph::Calibrate(const partitioner::MeasuredCostsOptions& costs) {
  std::vector<std::string> remarks;
  const std::vector<partitioner::CalibratedDevice> devices =
      partitioner::UseMeasuredCosts(graph_, costs, &placer_, &remarks);
  for (const std::string& remark : remarks) {
    report_.Mended("not_calibrated", remark);
  }
  for (const auto& device : devices) report_.Calibrated(device);
}

Result<std::unique_ptr<CompiledGraph>> HeteroGraph::CreateBody(
    graph::Graph graph, partitioner::Placer& placer, Report report) {
  std::unique_ptr<HeteroGraph> made(
      new HeteroGraph(std::move(graph), placer, std::move(report)));
  ONNXIFI_RETURN_IF_ERROR(made->Build());
  return std::unique_ptr<CompiledGraph>(std::move(made));
}

Status HeteroGraph::Prepare() {
  // Bodies are copied from here on, and placed as often as devices fail.
  if (std::any_of(graph_.nodes.begin(), graph_.nodes.end(), graph::HasBodies)) {
    ONNXIFI_RETURN_IF_ERROR(graph::OwnConstants(graph_));
  }
  const Status folded = FoldOnHost(placer_.devices().front(), &graph_);
  if (!folded.ok()) report_.Mended("not_folded", folded.message());
  std::vector<std::string> remarks;
  const Status asked = placer_.Ask(graph_, &remarks);
  for (const std::string& remark : remarks) {
    report_.Mended("not_used", remark);
  }
  return asked;
}

partitioner::Placing HeteroGraph::Place() {
  if (host_only_ || placer_.alone()) return partitioner::AllOn(graph_, 0);
  std::vector<std::string> remarks;
  Result<partitioner::Placing> placing = placer_.Place(graph_, &remarks);
  for (const std::string& remark : remarks) report_.Mended("pin", remark);
  if (placing.ok()) return *std::move(placing);
  report_.Mended("not_placed", placing.status().message());
  return partitioner::AllOn(graph_, 0);
}

Status HeteroGraph::Build() {
  partitioner::Placing placing;
  for (;;) {
    placing = Place();
    // Each retreat takes something from a device, so that there is an end.
    if (const auto failure = CompileParts(placing); failure.has_value()) {
      if (failure->part->split) {
        KeepWhole(*failure, "compile_failed");
        continue;
      }
      if (failure->device == 0 && placing.parts.size() == 1) {
        return failure->status;
      }
      Retreat(*failure);
      continue;
    }
    // Clients already run the graph as a planned one.
    if (!built_ || by_value_ || FitsDescriptors()) break;
    host_only_ = true;
  }
  if (!built_) by_value_ = is_body_ || !FitsDescriptors();
  built_ = true;
  if (!by_value_) {
    placer_.BanSplits();  // these run on values
    ONNXIFI_RETURN_IF_ERROR(MakeBuffers());
  }
  report_.Placed(graph_, placing, placer_, memory_use_);
  return KeepConstants();
}

// What an earlier placing has compiled and this one wants again.
bool HeteroGraph::TakeCompiled(Step* step) {
  const partitioner::Part& part = step->part;
  for (Step& old : steps_) {
    if (old.part.device != part.device || old.part.split != part.split ||
        old.part.nodes != part.nodes || old.part.outputs != part.outputs) {
      continue;
    }
    step->compiled = std::move(old.compiled);
    step->control = std::move(old.control);
    return step->compiled != nullptr || step->control != nullptr;
  }
  return false;
}

graph::Extract HeteroGraph::ExtractOf(const partitioner::Part& part,
                                      bool whole) const {
  // A part with all nodes is the graph itself, with outputs that no node makes.
  if (whole) return {graph_, graph_.inputs, graph_.outputs};
  return graph::ExtractNodes(graph_, part.nodes, part.outputs);
}

Status HeteroGraph::Compile(const partitioner::Part& part, bool whole,
                            Step* step) {
  if (part.split) {
    ONNXIFI_ASSIGN_OR_RETURN(
        step->control,
        ControlNode::Create(graph_, part.nodes.front(), placer_, report_));
    return Status::Ok();
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      step->compiled,
      CompiledPart::Compile(placer_.devices()[static_cast<size_t>(part.device)],
                            ExtractOf(part, whole)));
  return Status::Ok();
}

std::optional<HeteroGraph::Failure> HeteroGraph::CompileParts(
    const partitioner::Placing& placing) {
  // A body gives values that it has not made without asking anybody.
  const bool whole = placing.parts.size() == 1 && !is_body_;
  std::vector<Step> steps;
  std::optional<Failure> failure;
  for (const partitioner::Part& part : placing.parts) {
    if (is_body_ && part.nodes.empty()) continue;
    Step step;
    step.part = part;
    if (!TakeCompiled(&step)) {
      Status status = Compile(part, whole, &step);
      if (!status.ok()) {
        failure =
            Failure{static_cast<size_t>(part.device), std::move(status), &part};
        break;
      }
    }
    steps.push_back(std::move(step));
  }
  steps_ = std::move(steps);
  return failure;
}

// The bodies of the part's node are not shared any more.
void HeteroGraph::KeepWhole(const Failure& failure, std::string_view event) {
  const size_t node = failure.part->nodes.front();
  placer_.BanSplit(node);
  report_.Mended(event, StrCat("node '", graph_.nodes[node].name,
                               "' stays whole: ", failure.status.message()));
}

void HeteroGraph::Retreat(const Failure& failure) {
  const size_t device = failure.device;
  const std::string what = failure.status.message();
  if (device == 0) {
    report_.Mended("compile_failed",
                   StrCat("everything goes to one device: ", what));
    host_only_ = true;
    return;
  }
  const onnxStatus code = failure.status.code();
  if (IsForGood(code) || ++retreats_[device] > kMostRetreats) {
    if (code == ONNXIFI_STATUS_BACKEND_UNAVAILABLE) {
      placer_.devices()[device]->SetLost();
    }
    placer_.BanDevice(device);
    report_.Mended("compile_failed", StrCat("goes on without it: ", what));
    return;
  }
  const std::vector<size_t> culprits = Culprits(device, failure.part->nodes);
  placer_.Ban(device, culprits);
  std::string names;
  for (const size_t n : culprits) {
    names += StrCat(names.empty() ? "'" : ", '", graph_.nodes[n].name, "'");
  }
  report_.Mended("compile_failed",
                 StrCat("node ", names, " goes elsewhere: ", what));
}

bool HeteroGraph::Compiles(size_t device, std::span<const size_t> nodes) const {
  const std::vector<graph::ValueId> outputs =
      graph::ResultsUsedElsewhere(graph_, nodes);
  if (outputs.empty()) return true;
  return CompiledPart::Compile(placer_.devices()[device],
                               graph::ExtractNodes(graph_, nodes, outputs))
      .ok();
}

// The nodes that the device does not compile, found by halves: the number of
// compilations grows with the logarithm of the part.
std::vector<size_t> HeteroGraph::Culprits(size_t device,
                                          std::span<const size_t> nodes) {
  if (nodes.size() == 1) return {nodes.front()};
  const std::span<const size_t> first = nodes.first(nodes.size() / 2);
  const std::span<const size_t> second = nodes.subspan(nodes.size() / 2);
  std::vector<size_t> culprits;
  for (const auto half : {first, second}) {
    if (Compiles(device, half)) continue;
    const std::vector<size_t> found = Culprits(device, half);
    culprits.insert(culprits.end(), found.begin(), found.end());
  }
  // Both halves are fine: it is their sum that is too much.
  if (culprits.empty()) culprits.assign(second.begin(), second.end());
  return culprits;
}

bool HeteroGraph::FitsDescriptors() const {
  const auto fit = [this](const std::vector<graph::ValueId>& ids) {
    return std::all_of(ids.begin(), ids.end(), [this](graph::ValueId id) {
      return partitioner::FitsDescriptor(graph_.value(id));
    });
  };
  return fit(graph_.inputs) && fit(graph_.outputs) &&
         std::all_of(steps_.begin(), steps_.end(), [&](const Step& step) {
           return step.control == nullptr && fit(step.compiled->inputs()) &&
                  fit(step.compiled->outputs());
         });
}

// Another placing needs them, and the client's memory is about to go.
Status HeteroGraph::KeepConstants() {
  if (is_body_) return Status::Ok();
  if (steps_.size() > 1 || steps_.front().part.device != 0 ||
      steps_.front().part.split) {
    return graph::OwnConstants(graph_);
  }
  for (graph::Value& value : graph_.values) value.constant = nullptr;
  return Status::Ok();
}

Result<std::unique_ptr<Executable>> HeteroGraph::Specialize(
    const std::vector<graph::Shape>& input_shapes) {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    if (i < input_shapes.size() &&
        input_shapes[i] == graph_.value(graph_.inputs[i]).dims) {
      continue;
    }
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  "the model fixes its input shapes; bind exactly those");
  }
  std::vector<graph::Shape> shapes;
  for (const graph::ValueId id : graph_.outputs) {
    shapes.push_back(graph_.value(id).dims);
  }
  return std::unique_ptr<Executable>(
      std::make_unique<HeteroExecutable>(*this, std::move(shapes)));
}

}  // namespace onnxifi::hetero
