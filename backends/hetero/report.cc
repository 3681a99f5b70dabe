#include "backends/hetero/report.h"

#include <cstdio>
#include <memory>

#include "base/log.h"
#include "base/str_cat.h"
#include "partitioner/node_cost.h"

namespace onnxifi::hetero {
namespace {

// `text` in quotes; whatever is not printable ASCII is escaped.
std::string Quote(std::string_view text) {
  constexpr const char* kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Where the costs of the nodes come from, each on the device that it is on:
// members of an object.
std::string Sources(const graph::Graph& graph,
                    const partitioner::Placing& placing,
                    const partitioner::Placer& placer) {
  partitioner::SourceCounts counts = {};
  for (const partitioner::Part& part : placing.parts) {
    const auto device = static_cast<size_t>(part.device);
    if (device >= placer.views().size()) continue;
    const partitioner::DeviceView& view = placer.views()[device];
    for (const size_t n : part.nodes) {
      if (n >= view.support.size()) continue;
      const auto source = partitioner::CostOfNode(graph, n, view).source;
      ++counts[static_cast<size_t>(source)];
    }
  }
  std::string members;
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto source = static_cast<partitioner::CostSource>(i);
    members +=
        StrCat(members.empty() ? "" : ", ",
               Quote(partitioner::CostSourceName(source)), ": ", counts[i]);
  }
  return members;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// "host_bytes": 1, "host_unshared_bytes": 2, and the same of devices by name.
std::string MemoryText(const MemoryUse& memory,
                       const partitioner::Devices& devices) {
  MemoryUse::Bytes host;
  std::string bytes;
  std::string unshared;
  for (const MemoryUse::Bytes& place : memory.places) {
    if (place.device == 0) {
      host = place;
      continue;
    }
    const std::string name = Quote(devices[place.device]->name());
    const char* comma = bytes.empty() ? "" : ", ";
    bytes += StrCat(comma, name, ": ", place.bytes);
    unshared += StrCat(comma, name, ": ", place.unshared_bytes);
  }
  return StrCat("\"host_bytes\": ", host.bytes,
                ", \"host_unshared_bytes\": ", host.unshared_bytes,
                ", \"device_bytes\": {", bytes,
                "}, \"device_unshared_bytes\": {", unshared, "}");
}

}  // namespace

void Report::Append(const std::string& line) {
  if (file_.empty()) return;
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(file_.c_str(), "ae"));
  if (file != nullptr &&
      std::fwrite(line.data(), 1, line.size(), file.get()) == line.size() &&
      std::fputc('\n', file.get()) != EOF) {
    return;
  }
  Log(LogLevel::kWarning, "ONNXIFI_HETERO_REPORT: cannot write to '", file_,
      "'");
}

void Report::Placed(const graph::Graph& graph,
                    const partitioner::Placing& placing,
                    const partitioner::Placer& placer,
                    const MemoryUse& memory) {
  const partitioner::Devices& devices = placer.devices();
  std::string parts;
  for (const partitioner::Part& part : placing.parts) {
    std::string names;
    for (const size_t n : part.nodes) {
      names += StrCat(names.empty() ? "" : ", ", Quote(graph.nodes[n].name));
    }
    parts += StrCat(parts.empty() ? "" : ", ", "{\"device\": ",
                    Quote(devices[static_cast<size_t>(part.device)]->name()),
                    ", \"nodes\": [", names, "]",
                    part.split ? ", \"split\": true}" : "}");
  }
  std::string policies;
  for (const partitioner::Policy& policy : placing.policies) {
    policies += StrCat(policies.empty() ? "" : ", ", Quote(policy.name), ": ",
                       policy.cost.Total());
  }
  Append(StrCat("{\"event\": \"placed\", \"graph\": ", Quote(graph_),
                ", \"found_by\": ", Quote(placing.found_by),
                ", \"cost_ns\": {\"exec\": ", placing.cost.exec, ", \"copy\": ",
                placing.cost.copy, ", \"launch\": ", placing.cost.launch,
                "}, \"policies_ns\": {", policies, "}, \"costs\": {",
                Sources(graph, placing, placer), "}, ",
                MemoryText(memory, devices), ", \"parts\": [", parts, "]}"));
  if (placing.parts.size() < 2) return;
  Log(LogLevel::kInfo, "graph '", graph_, "': ", graph.nodes.size(),
      " nodes in ", placing.parts.size(), " parts, ", placing.cost.Total(),
      " ns estimated");
}

void Report::Calibrated(const partitioner::CalibratedDevice& device) {
  Append(StrCat(
      "{\"event\": \"calibrated\", \"graph\": ", Quote(graph_),
      ", \"device\": ", Quote(device.name), ", \"measured\": ", device.measured,
      ", \"failed\": ", device.failed, ", \"too_late\": ", device.too_late,
      ", \"figures\": ", device.figures,
      ", \"ms\": ", device.spent_ns / 1'000'000, "}"));
  Log(LogLevel::kInfo, "graph '", graph_, "': ", device.name, ": ",
      device.measured, " times of nodes measured");
}

void Report::Mended(std::string_view what, const std::string& text) {
  Append(StrCat("{\"event\": ", Quote(what), ", \"graph\": ", Quote(graph_),
                ", \"text\": ", Quote(text), "}"));
  Log(LogLevel::kWarning, "graph '", graph_, "': ", text);
}

}  // namespace onnxifi::hetero
