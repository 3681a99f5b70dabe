#include "backends/common/gradient/outer_nodes.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace onnxifi::gradient {

using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

using NameSet = std::unordered_set<std::string>;

// Names mean the same in all graphs around a body. Used once.
class Importer {
 public:
  Importer(Scope& body, Emitter& emitter, const std::vector<ValueId>& named)
      : body_(body), emitter_(emitter) {
    for (const ValueId id : named) {
      inside_.emplace(body.graph().value(id).name, id);
    }
  }

  std::unordered_map<ValueId, ValueId> Run(ValueId y) {
    std::vector<Level> levels;
    NameSet wanted = {body_.graph().value(y).name};
    for (Scope* scope = &body_; scope != nullptr && !wanted.empty();
         scope = scope->outer()) {
      levels.push_back(FindLevel(*scope, wanted));
      wanted = std::move(levels.back().captured);
    }
    const std::unordered_map<std::string, ValueId> variables = inside_;
    for (size_t i = levels.size(); i-- > 1;) {
      for (const size_t index : levels[i].nodes) {
        Consider(*levels[i].scope, index);
      }
    }
    for (Node& node : emitter_.nodes()) body_.Add(std::move(node));
    emitter_.nodes().clear();
    std::unordered_map<ValueId, ValueId> instead;
    for (const auto& [name, made] : inside_) {
      const ValueId captured = body_.Find(name);
      if (variables.count(name) == 0 && captured != kNoValue) {
        instead.emplace(captured, made);
      }
    }
    return instead;
  }

 private:
  struct Level {
    Scope* scope = nullptr;
    std::vector<size_t> nodes;
    NameSet captured;  // wanted of the next graph outwards
  };

  // The nodes of one graph that wanted values are computed by.
  Level FindLevel(Scope& scope, const NameSet& wanted) const {
    Level level;
    level.scope = &scope;
    std::vector<ValueId> pending;
    for (const std::string& name : wanted) {
      if (const ValueId id = scope.Find(name); id != kNoValue) {
        pending.push_back(id);
      }
    }
    std::unordered_set<size_t> seen;
    while (!pending.empty()) {
      const ValueId id = pending.back();
      pending.pop_back();
      const std::string& name = scope.graph().value(id).name;
      if (inside_.count(name) != 0) continue;
      if (scope.IsCaptured(id)) level.captured.insert(name);
      const int32_t producer = scope.Producer(id);
      if (producer < 0) continue;
      const auto index = static_cast<size_t>(producer);
      if (!seen.insert(index).second) continue;
      level.nodes.push_back(index);
      for (const ValueId read : scope.Reads(scope.graph().nodes[index])) {
        pending.push_back(read);
      }
    }
    std::sort(level.nodes.begin(), level.nodes.end());
    return level;
  }

  // Copies the node if it depends on a named tensor.
  void Consider(Scope& outer, size_t index) {
    const Node& node = outer.graph().nodes[index];
    const std::vector<ValueId> reads = outer.Reads(node);
    if (std::none_of(reads.begin(), reads.end(), [&](ValueId id) {
          return inside_.count(outer.graph().value(id).name) != 0;
        })) {
      return;
    }
    Node copy = node;
    Renames renames;
    for (const ValueId id : reads) {
      const std::string name = outer.graph().value(id).name;
      const ValueId here = Here(name);
      const std::string& new_name = body_.graph().value(here).name;
      if (new_name != name) renames.emplace(name, new_name);
    }
    for (ValueId& input : copy.inputs) {
      if (input != kNoValue) input = Here(outer.graph().value(input).name);
    }
    RenameCaptures(renames, &copy);
    for (ValueId& output : copy.outputs) {
      if (output == kNoValue) continue;
      const graph::Value model = outer.graph().value(output);
      output = emitter_.Copy(model);
      body_.Publish(output);
      inside_.emplace(model.name, output);
    }
    emitter_.Add(std::move(copy));
  }

  // The value of the body that stands for a name.
  ValueId Here(const std::string& name) {
    const auto found = inside_.find(name);
    return found != inside_.end() ? found->second : body_.FindOrCapture(name);
  }

  Scope& body_;
  Emitter& emitter_;
  // The named tensors, and what depends on them.
  std::unordered_map<std::string, ValueId> inside_;
};

}  // namespace

std::unordered_map<ValueId, ValueId> ImportOuterNodes(
    Scope& body, Emitter& emitter, const std::vector<ValueId>& named,
    ValueId y) {
  if (body.outer() == nullptr) return {};
  return Importer(body, emitter, named).Run(y);
}

}  // namespace onnxifi::gradient
