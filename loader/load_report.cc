#include "loader/load_report.h"

#include "base/str_cat.h"
#include "loader/json_value.h"
#include "loader/search_path.h"

namespace onnxifi::loader {

namespace {

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLoaded:
      return "loaded";
    case Verdict::kSkipped:
      return "skipped";
    case Verdict::kRejected:
      return "rejected";
  }
  return "";
}

std::string Member(const char* name, const std::string& value) {
  return StrCat(QuoteJson(name), ": ", QuoteJson(value));
}

std::string EntryJson(const CandidateReport& entry) {
  return StrCat("{", Member("path", entry.path), ", ",
                Member("rule", entry.rule), ", ",
                Member("manifest", entry.manifest), ", ",
                Member("verdict", VerdictName(entry.verdict)), ", ",
                Member("code", ReasonCode(entry.outcome.reason)), ", ",
                Member("text", entry.outcome.text), ", ",
                Member("fix", ReasonFix(entry.outcome.reason)),
                ", \"backends\": ", entry.backends,
                ", \"microseconds\": ", entry.microseconds, "}");
}

std::string EnvironmentJson(const SearchEnvironment& environment) {
  std::string out;
  const auto add = [&](const char* name,
                       const std::optional<std::string>& value) {
    if (!value) return;
    out += StrCat(out.empty() ? "" : ", ", Member(name, *value));
  };
  add("ONNXIFI_PLUGIN_FILES", environment.plugin_files);
  add("ONNXIFI_ADD_PLUGIN_FILES", environment.add_plugin_files);
  add("ONNXIFI_PLUGIN_PATH", environment.plugin_path);
  add("ONNXIFI_PLUGINS_SELECT", environment.select);
  add("ONNXIFI_PLUGINS_DISABLE", environment.disable);
  if (!environment.probe) add("ONNXIFI_PROBE", "0");
  return StrCat("{", out, "}");
}

}  // namespace

std::string LoadReport::ToJson(const SearchEnvironment& environment) const {
  std::string out =
      StrCat("{\n  ", Member("loader_version", ONNXIFI_LOADER_VERSION_TEXT),
             ",\n  ", Member("api_version", "1.1"), ",\n  ",
             Member("library", environment.library),
             ",\n  \"privileged\": ", environment.privileged,
             ",\n  \"environment\": ", EnvironmentJson(environment),
             ",\n  \"candidates\": [");
  const char* separator = "\n    ";
  for (const auto& entry : entries_) {
    out += StrCat(separator, EntryJson(entry));
    separator = ",\n    ";
  }
  return out + (entries_.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace onnxifi::loader
