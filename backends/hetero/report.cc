#include "backends/hetero/report.h"

#include <cstdio>
#include <memory>

#include "base/log.h"
#include "base/str_cat.h"

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

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

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
                    const Devices& devices) {
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
                ", \"cost_ns\": {\"exec\": ", placing.cost.exec,
                ", \"copy\": ", placing.cost.copy,
                ", \"launch\": ", placing.cost.launch, "}, \"policies_ns\": {",
                policies, "}, \"parts\": [", parts, "]}"));
  if (placing.parts.size() < 2) return;
  Log(LogLevel::kInfo, "graph '", graph_, "': ", graph.nodes.size(),
      " nodes in ", placing.parts.size(), " parts, ", placing.cost.Total(),
      " ns estimated");
}

void Report::Mended(std::string_view what, const std::string& text) {
  Append(StrCat("{\"event\": ", Quote(what), ", \"graph\": ", Quote(graph_),
                ", \"text\": ", Quote(text), "}"));
  Log(LogLevel::kWarning, "graph '", graph_, "': ", text);
}

}  // namespace onnxifi::hetero
