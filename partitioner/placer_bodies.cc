// What a Placer does about nodes with bodies.
#include <algorithm>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/node_cost.h"
#include "partitioner/node_work.h"
#include "partitioner/placer.h"

namespace onnxifi::partitioner {

PlacerOptions Placer::OptionsInside(const graph::Graph& graph,
                                    const Body& body) const {
  PlacerOptions inside = options_;
  uint64_t state = options_.seed + body.node + 1;
  for (const char c : body.attribute) state += static_cast<uint64_t>(c);
  inside.seed = NextRandom(&state);
  inside.pins.clear();
  const std::string path = PathInto(graph.nodes[body.node], body.attribute);
  for (const Pin& pin : options_.pins) {
    if (HasNode(graph, pin.node)) continue;
    inside.pins.push_back(pin.node.starts_with(path)
                              ? Pin{pin.node.substr(path.size()), pin.device}
                              : pin);
  }
  return inside;
}

void Placer::AskBodies(const graph::Graph& graph,
                       std::vector<std::string>* remarks) {
  std::vector<bool> silent(graph.nodes.size(), false);
  for (Body& body : BodiesOf(graph)) {
    const graph::Node& node = graph.nodes[body.node];
    std::unique_ptr<Placer> placer(
        new Placer(devices_, OptionsInside(graph, body), true));
    std::vector<std::string> inside;
    const Status asked = placer->Ask(body.graph, &inside);
    if (!asked.ok()) {
      inside.push_back(StrCat("it is not shared: ", asked.message()));
      silent[body.node] = true;
    }
    for (const std::string& remark : inside) {
      remarks->push_back(
          StrCat(body.attribute, " of node '", node.name, "': ", remark));
    }
    inner_.push_back({std::move(body), std::move(placer)});
  }
  std::erase_if(inner_, [&](const Inner& one) {
    return static_cast<bool>(silent[one.body.node]);
  });
  EstimateBodies(graph);
}

// All nodes on the device, whether it runs them one by one or not.
Ns Placer::AllNs(const graph::Graph& graph, size_t device) const {
  Ns total = 0;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    total += CostOfNode(graph, n, views_[device]).ns;
  }
  return std::min(total, kMaxNs);
}

void Placer::EstimateBodies(const graph::Graph& graph) {
  if (inner_.empty()) return;
  for (size_t d = 0; d < views_.size(); ++d) {
    std::vector<Ns>& times = views_[d].bodies_ns;
    times.assign(graph.nodes.size(), 0);
    for (const Inner& one : inner_) {
      const size_t n = one.body.node;
      const Ns once = one.placer->AllNs(one.body.graph, d);
      times[n] = std::min(
          times[n] + Repeated(Iterations(graph, graph.nodes[n]), once), kMaxNs);
    }
  }
}

// What the devices run together.
void Placer::JoinBodies(std::vector<NodeSupport>* joint) const {
  std::vector<bool> shared(joint->size(), false);
  std::vector<bool> fails(joint->size(), false);
  for (const Inner& one : inner_) {
    shared[one.body.node] = true;
    if (one.body.graph.nodes.empty()) continue;
    const std::vector<NodeSupport> inside = one.placer->Joint();
    if (!std::all_of(inside.begin(), inside.end(),
                     [](const NodeSupport& node) { return node.supported; })) {
      fails[one.body.node] = true;
    }
  }
  for (size_t n = 0; n < joint->size(); ++n) {
    if ((*joint)[n].supported || !shared[n] || fails[n]) continue;
    (*joint)[n] = {};
    (*joint)[n].supported = true;
  }
}

// A pin puts the node itself on another device than the host.
bool Placer::IsPinnedAway(const graph::Node& node) const {
  return std::any_of(
      options_.pins.begin(), options_.pins.end(), [&](const Pin& pin) {
        return pin.node == node.name && pin.device != views_.front().name;
      });
}

void Placer::PlaceBodies(const graph::Graph& graph,
                         std::vector<DeviceView>* views, Placing* placing,
                         std::vector<std::string>* remarks) {
  if (!splits_ || inner_.empty()) return;
  DeviceView& host = views->front();
  std::vector<Ns>& split = host.split_ns;
  split.assign(graph.nodes.size(), kCannot);
  std::vector<bool> whole = whole_;
  whole.resize(graph.nodes.size(), false);
  for (const Inner& one : inner_) {
    const size_t n = one.body.node;
    if (whole[n]) continue;
    const Result<Placing> inside = one.placer->Place(one.body.graph, remarks);
    if (!inside.ok()) {
      whole[n] = true;
      split[n] = kCannot;
      continue;
    }
    if (split[n] == kCannot) {
      split[n] = RooflineNs(WorkOf(graph, graph.nodes[n]), host.figures);
    }
    const Ns once = inside->cost.Total() + kIterationNs;
    split[n] += Repeated(Iterations(graph, graph.nodes[n]), once);
    split[n] = std::min(split[n], kMaxNs);
    if (!inside->pinned_away || IsPinnedAway(graph.nodes[n])) continue;
    placing->pinned_away = true;
    for (DeviceView& view : *views) {
      view.support[n].supported = false;
      view.support[n].reason = "a pin in its body says otherwise";
    }
  }
}

void Placer::ChooseSplits(const graph::Graph& graph,
                          const std::vector<DeviceView>& views,
                          Placing* placing) {
  const DeviceView& host = views.front();
  if (host.split_ns.empty()) return;
  placing->split.assign(graph.nodes.size(), false);
  // Not the same for all small graphs of a seed.
  uint64_t state = ~options_.seed;
  for (const char c : graph.name) state = state * 31 + static_cast<uint8_t>(c);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const auto op = static_cast<size_t>(placing->problem.op_of[n]);
    if (host.split_ns[n] == kCannot || placing->placement.home[op] != kHost) {
      continue;
    }
    const bool can = host.support[n].supported;
    const Ns whole = CostOfNode(graph, n, host).ns;
    const bool better = options_.mode == PlacerOptions::Mode::kRandom
                            ? NextRandom(&state) % 4 != 0
                            : host.split_ns[n] < whole;
    placing->split[n] = !can || better;
  }
}

void Placer::BanSplit(size_t node) {
  placed_.reset();
  whole_.resize(std::max(whole_.size(), node + 1), false);
  whole_[node] = true;
}

void Placer::BanSplits() {
  placed_.reset();
  splits_ = false;
}

}  // namespace onnxifi::partitioner
