#include "tools/cli/partition_onnx.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "client/file.h"
#include "client/text.h"
#include "graph/annotate.h"
#include "graph/model_nodes.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/partition_report.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using graph::Property;
using partitioner::Ns;

constexpr char kPrefix[] = "onnxifi.";

Property Make(const char* key, std::string value) {
  return {StrCat(kPrefix, key), std::move(value)};
}

// What has become of one node of the file: one node of the graph, or several
// when it calls a function, or none.
struct Fate {
  std::vector<size_t> nodes;  // of the graph, ascending
  size_t folded = 0;
};

// Finds the fate of each node of the file. A node of the graph belongs to the
// one of the file whose output it makes, else to the first that reads its
// results. Lives for one call.
class Fates {
 public:
  Fates(const Analysis& analysis, const graph::ModelNodes& file)
      : analysis_(analysis),
        fates_(file.size()),
        readers_(analysis.graph.values.size(), kNone) {
    for (size_t i = 0; i < file.size(); ++i) {
      for (const std::string_view name : file.outputs(i)) {
        if (!name.empty()) makers_.emplace(name, i);
      }
    }
  }

  std::vector<Fate> Find() && {
    // Backwards: the readers of a result are known before its maker. What is
    // folded reads nothing that is not.
    const auto reads = graph::Reads(analysis_.graph);
    for (size_t n = reads.size(); n-- > 0;) {
      const size_t owner = OwnerOf(analysis_.graph.nodes[n]);
      if (owner == kNone) continue;
      Note(reads[n], owner);
      fates_[owner].nodes.push_back(n);
    }
    for (size_t n = analysis_.folded.size(); n-- > 0;) {
      const graph::Node& node = analysis_.folded[n];
      const size_t owner = OwnerOf(node);
      if (owner == kNone) continue;
      Note(node.inputs, owner);
      ++fates_[owner].folded;
    }
    for (Fate& fate : fates_) {
      std::reverse(fate.nodes.begin(), fate.nodes.end());
    }
    return std::move(fates_);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  size_t OwnerOf(const graph::Node& node) const {
    size_t reader = kNone;
    for (const graph::ValueId id : node.outputs) {
      if (id == graph::kNoValue) continue;
      const auto maker = makers_.find(analysis_.graph.value(id).name);
      if (maker != makers_.end()) return maker->second;
      if (reader == kNone) reader = readers_[static_cast<size_t>(id)];
    }
    return reader;
  }
  void Note(const std::vector<graph::ValueId>& ids, size_t owner) {
    for (const graph::ValueId id : ids) {
      if (id != graph::kNoValue) readers_[static_cast<size_t>(id)] = owner;
    }
  }

  const Analysis& analysis_;
  std::vector<Fate> fates_;
  std::vector<size_t> readers_;
  std::unordered_map<std::string_view, size_t> makers_;
};

// Appends to a list in writing, each text once in a row.
void AddTo(std::string* list, const std::string& text) {
  if (list->empty()) {
    *list = text;
  } else if (*list != text && !list->ends_with(", " + text)) {
    *list += ", " + text;
  }
}

class Annotator {
 public:
  explicit Annotator(const Analysis& analysis)
      : analysis_(analysis), parts_of_(analysis.graph.nodes.size()) {
    for (size_t p = 0; p < analysis.placing.parts.size(); ++p) {
      for (const size_t n : analysis.placing.parts[p].nodes) {
        parts_of_[n].push_back(p);
      }
    }
  }

  std::vector<Property> OfNode(const Fate& fate) const {
    std::vector<Property> out;
    if (fate.nodes.empty() && fate.folded == 0) return out;
    if (fate.nodes.empty()) {
      out.push_back(Make("device", "folded"));
      out.push_back(Make(
          "folded", StrCat("computed once, on ",
                           EscapeText(analysis_.devices.front()->name()))));
      return out;
    }
    std::string devices, parts;
    for (const size_t n : fate.nodes) {
      for (const size_t p : parts_of_[n]) {
        const auto device =
            static_cast<size_t>(analysis_.placing.parts[p].device);
        AddTo(&devices, EscapeText(analysis_.devices[device]->name()));
        AddTo(&parts, std::to_string(p));
      }
    }
    out.push_back(Make("device", devices));
    out.push_back(Make("part", parts));
    if (fate.nodes.size() > 1) {
      out.push_back(Make("nodes", std::to_string(fate.nodes.size())));
    }
    if (!analysis_.placing.used.empty()) AddCosts(fate, &out);
    return out;
  }

  std::vector<Property> OfModel() const {
    const partitioner::Placing& placing = analysis_.placing;
    std::string devices;
    for (size_t d = 0; d < placing.used.size(); ++d) {
      AddTo(&devices, EscapeText(analysis_.DeviceName(d)));
    }
    if (devices.empty()) {
      devices = EscapeText(analysis_.devices.front()->name());
    }
    std::vector<Property> out = {
        Make("version", VersionText()), Make("devices", devices),
        Make("parts", std::to_string(placing.parts.size())),
        Make("folded", std::to_string(analysis_.folded.size()))};
    if (placing.used.empty()) return out;
    out.push_back(Make("total_us", Microseconds(placing.cost.Total())));
    out.push_back(Make("work_us", Microseconds(placing.cost.exec)));
    out.push_back(Make("copies_us", Microseconds(placing.cost.copy)));
    out.push_back(
        Make("copies", std::to_string(placing.plan.transfers.size())));
    out.push_back(Make("launches_us", Microseconds(placing.cost.launch)));
    out.push_back(Make("lower_bound_us", Microseconds(placing.lower_bound)));
    out.push_back(Make("found_by", placing.found_by));
    return out;
  }

 private:
  // What the nodes take where they are, and what other devices say.
  void AddCosts(const Fate& fate, std::vector<Property>* out) const {
    Ns here = 0;
    for (const size_t n : fate.nodes) here += CostOf(n, analysis_.HomeOf(n));
    out->push_back(Make("cost_us", Microseconds(here)));
    std::string elsewhere;
    for (int d = 0; d < analysis_.placing.problem.problem.devices; ++d) {
      const std::string told = Elsewhere(fate, d);
      if (told.empty()) continue;
      const std::string name =
          EscapeText(analysis_.DeviceName(static_cast<size_t>(d)));
      elsewhere += StrCat(elsewhere.empty() ? "" : "; ", name, ": ", told);
    }
    if (!elsewhere.empty()) out->push_back(Make("elsewhere", elsewhere));
  }

  // "" when the device has all the nodes.
  std::string Elsewhere(const Fate& fate, int device) const {
    const size_t of_all = analysis_.placing.used[static_cast<size_t>(device)];
    const auto& support = analysis_.placer->views()[of_all].support;
    bool has_all = true;
    Ns sum = 0;
    for (const size_t n : fate.nodes) {
      has_all = has_all && analysis_.HomeOf(n) == device;
      const Ns ns = CostOf(n, device);
      if (ns == partitioner::kCannot) {
        return support[n].reason.empty() ? "cannot"
                                         : EscapeText(support[n].reason);
      }
      sum += ns;
    }
    return has_all ? "" : StrCat(Microseconds(sum), " us");
  }

  Ns CostOf(size_t node, int device) const {
    const partitioner::GraphProblem& problem = analysis_.placing.problem;
    return problem.problem.ExecNs(problem.op_of[node], device);
  }

  const Analysis& analysis_;
  std::vector<std::vector<size_t>> parts_of_;  // [node]
};

bool SameFile(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code none;
  return std::filesystem::equivalent(a, b, none);
}

// What would be lost if the file were written; "" when nothing.
std::string Overwritten(const PartitionOptions& options,
                        const std::vector<std::string>& data) {
  if (SameFile(options.model, options.onnx_file)) return "the model itself";
  const auto folder = std::filesystem::path(options.model).parent_path();
  for (const std::string& name : data) {
    if (SameFile(folder / name, options.onnx_file)) return "the model's data";
  }
  return "";
}

Status Write(const Analysis& analysis, const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::ModelNodes nodes,
                           graph::ModelNodes::Read(analysis.file.bytes));
  const Annotator annotator(analysis);
  graph::Annotations annotations;
  annotations.prefix = kPrefix;
  annotations.model = annotator.OfModel();
  for (const Fate& fate : Fates(analysis, nodes).Find()) {
    annotations.nodes.push_back(annotator.OfNode(fate));
  }
  ONNXIFI_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  ONNXIFI_RETURN_IF_ERROR(graph::WriteAnnotated(
      analysis.file.bytes, annotations,
      [&file](graph::Bytes bytes) { return file.Write(bytes); }));
  return file.Commit();
}

}  // namespace

int WritePartitionOnnx(const Analysis& analysis,
                       const PartitionOptions& options) {
  const auto data = graph::ExternalFiles(analysis.file.bytes);
  if (!data.ok()) return ReportFailure(data.status(), Step::kCompile);
  const std::string lost = Overwritten(options, *data);
  if (!lost.empty()) {
    return ReportError(kErrorWrite,
                       StrCat("--onnx '", EscapeText(options.onnx_file),
                              "': that is ", lost, ": choose another name"),
                       kExitUsage);
  }
  const Status written = Write(analysis, options.onnx_file);
  if (!written.ok()) {
    return ReportError(kErrorWrite, written.message(), kExitResources);
  }
  const auto folder = [](const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
  };
  if (!data->empty() && options.json_file != "-" &&
      !SameFile(folder(options.model), folder(options.onnx_file))) {
    std::printf(
        "note: '%s' refers to %zu data files, which are beside the model: copy "
        "them, too\n",
        EscapeText(options.onnx_file).c_str(), data->size());
  }
  return kExitOk;
}

}  // namespace onnxifi::client
