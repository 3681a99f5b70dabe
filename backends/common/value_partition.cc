#include "backends/common/value_partition.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/str_cat.h"
#include "graph/extract.h"

namespace onnxifi {

using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

size_t Index(ValueId id) { return static_cast<size_t>(id); }

// The output's value depends on the input's shape alone.
bool ReadsOnlyShape(const Node& node) {
  return node.domain.empty() &&
         (node.op_type == "Shape" || node.op_type == "Size");
}

// Does the work of PartitionGraph. Used once.
class Partitioner {
 public:
  Partitioner(graph::Graph& graph, bool is_body, const OpRegistry& registry)
      : graph_(graph),
        registry_(registry),
        facts_(graph),
        open_(graph.values.size(), false),
        known_(graph.values.size(), false) {
    for (size_t v = 0; v < graph.values.size(); ++v) {
      known_[v] = graph.values[v].constant != nullptr;
    }
    if (!is_body) return;
    for (const ValueId id : graph.inputs) Open(id);
  }

  Result<ValuePartition> Run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      ONNXIFI_RETURN_IF_ERROR(Choose(i));
    }
    SetStages();
    for (ValuePartition::Stage& stage : out_.stages) Repeat(stage);
    FindOutputs();
    return std::move(out_);
  }

 private:
  bool planned(size_t node) const {
    return out_.choices[node].mode == OpChoice::Mode::kPlanned;
  }
  void Open(ValueId id) {
    if (id == kNoValue) return;
    open_[Index(id)] = true;
    graph::OpenShape(&graph_.value(id));
  }
  bool Any(const std::vector<ValueId>& ids,
           const std::vector<bool>& flags) const {
    return std::any_of(ids.begin(), ids.end(), [&](ValueId id) {
      return id != kNoValue && flags[Index(id)];
    });
  }
  bool All(const std::vector<ValueId>& ids,
           const std::vector<bool>& flags) const {
    return std::all_of(ids.begin(), ids.end(), [&](ValueId id) {
      return id == kNoValue || flags[Index(id)];
    });
  }

  // Nodes come in order: what a node that is not planned gives has no shape
  // that later ones could count on.
  Status Choose(size_t i) {
    const Node& node = graph_.nodes[i];
    Reject why;
    const NodeView view(graph_, node, &facts_);
    OpChoice choice = registry_.Choose(view, &why);
    if (!choice.supported()) {
      return Status(RejectStatus(why.reason),
                    StrCat("node '", node.name, "' (", node.op_type,
                           "): ", RejectText(why.reason), ": ", why.detail));
    }
    // A segment's plan starts from types.
    if (choice.mode == OpChoice::Mode::kPlanned && HasUntypedInput(view)) {
      choice = {OpChoice::Mode::kLate, nullptr};
    }
    out_.choices.push_back(choice);
    const bool opaque = !planned(i) || choice.kernel->nondeterministic;
    if (opaque) facts_.SetOpaque(graph_, i);
    const bool known =
        !opaque && (ReadsOnlyShape(node) || All(node.inputs, known_));
    const bool open =
        !planned(i) || (!ReadsOnlyShape(node) && Any(node.inputs, open_));
    for (const ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      known_[Index(id)] = known;
      if (open) Open(id);
    }
    return Status::Ok();
  }

  // A planned node comes one stage after the last node of the other kind that
  // it needs.
  void SetStages() {
    stage_of_.assign(graph_.nodes.size(), 0);
    const std::vector<std::vector<ValueId>> reads = graph::Reads(graph_);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const ValueId id : reads[i]) {
        const int32_t p = facts_.producers[Index(id)];
        if (p < 0) continue;
        const auto producer = static_cast<size_t>(p);
        const size_t step = planned(i) && !planned(producer) ? 1 : 0;
        stage_of_[i] = std::max(stage_of_[i], stage_of_[producer] + step);
      }
      if (out_.stages.size() <= stage_of_[i]) {
        out_.stages.resize(stage_of_[i] + 1);
      }
      ValuePartition::Stage& stage = out_.stages[stage_of_[i]];
      (planned(i) ? stage.planned : stage.others).push_back(i);
    }
  }

  // Adds what the segment has to compute again.
  void Repeat(ValuePartition::Stage& stage) {
    if (stage.planned.empty()) return;
    const size_t number = stage_of_[stage.planned.front()];
    std::vector<size_t> pending = stage.planned;
    std::vector<bool> seen(number == 0 ? 0 : graph_.nodes.size(), false);
    while (number > 0 && !pending.empty()) {
      const Node& node = graph_.nodes[pending.back()];
      const bool repeated = stage_of_[pending.back()] != number;
      pending.pop_back();
      if (repeated && ReadsOnlyShape(node)) continue;
      for (const ValueId id : node.inputs) {
        if (id == kNoValue || !known_[Index(id)]) continue;
        const int32_t p = facts_.producers[Index(id)];
        if (p < 0) continue;
        const auto producer = static_cast<size_t>(p);
        if (stage_of_[producer] == number || seen[producer]) continue;
        seen[producer] = true;
        stage.repeated.push_back(producer);
        pending.push_back(producer);
      }
    }
    std::sort(stage.repeated.begin(), stage.repeated.end());
  }

  // A segment has to give what anything outside of it reads.
  void FindOutputs() {
    std::vector<bool> wanted(graph_.values.size(), false);
    for (const ValueId id : graph_.outputs) wanted[Index(id)] = true;
    const std::vector<std::vector<ValueId>> reads = graph::Reads(graph_);
    std::vector<bool> inside(graph_.nodes.size(), false);
    for (const ValuePartition::Stage& stage : out_.stages) {
      for (const size_t i : stage.others) {
        for (const ValueId id : reads[i]) wanted[Index(id)] = true;
      }
      const auto mark = [&](bool on) {
        for (const size_t i : stage.planned) inside[i] = on;
        for (const size_t i : stage.repeated) inside[i] = on;
      };
      mark(true);
      for (const auto* nodes : {&stage.planned, &stage.repeated}) {
        for (const size_t i : *nodes) {
          for (const ValueId id : reads[i]) {
            const int32_t p = facts_.producers[Index(id)];
            if (p < 0 || !inside[static_cast<size_t>(p)]) {
              wanted[Index(id)] = true;
            }
          }
        }
      }
      mark(false);
    }
    for (ValuePartition::Stage& stage : out_.stages) {
      for (const size_t i : stage.planned) {
        for (const ValueId id : graph_.nodes[i].outputs) {
          if (id != kNoValue && wanted[Index(id)]) stage.outputs.push_back(id);
        }
      }
    }
  }

  graph::Graph& graph_;
  const OpRegistry& registry_;
  GraphFacts facts_;
  std::vector<bool> open_;   // per value: its dimensions are not to be trusted
  std::vector<bool> known_;  // per value: known when a plan is made
  std::vector<size_t> stage_of_;  // per node
  ValuePartition out_;
};

}  // namespace

Result<ValuePartition> PartitionGraph(graph::Graph& graph, bool is_body,
                                      const OpRegistry& registry) {
  return Partitioner(graph, is_body, registry).Run();
}

}  // namespace onnxifi
