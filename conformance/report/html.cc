#include "conformance/report/html.h"

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/report/html_sections.h"
#include "conformance/report/markup.h"
#include "conformance/report/svg_plot.h"

namespace onnxifi::conformance {
namespace {

constexpr char kStyle[] =
#include "conformance/report/html_style.inc"
    ;

std::string Row(const char* name, const std::string& value) {
  return StrCat("<tr><th>", name, "</th><td>", MarkupText(value),
                "</td></tr>\n");
}

std::string ListText(bool all, const std::vector<std::string>& names) {
  if (all) return "all";
  std::string text;
  for (const std::string& name : names) {
    text += StrCat(text.empty() ? "" : ", ", name);
  }
  return text;
}

std::string Facts(const CertifyResult& result) {
  const RunHeader& header = result.results.header;
  const VendorProfile& profile = result.profile;
  std::string out = "<table>\n";
  out += Row("plugin", header.plugin);
  out += Row("SHA-256", header.plugin_sha256);
  out += Row("backend", StrCat(header.backend));
  out += Row("vendor", profile.name);
  out +=
      Row("profiles claimed", ListText(profile.all_profiles, profile.profiles));
  out += Row("operators claimed",
             ListText(profile.all_operators, profile.operators));
  out += Row("types claimed", ListText(profile.all_types, profile.types));
  out += Row("suite", StrCat(header.suite, ", program ", header.suite_sha256));
  out += Row("cases",
             header.archive_sha256.empty() ? "none" : header.archive_sha256);
  out += Row("tier", header.tier);
  if (!header.filter.empty()) out += Row("filter", header.filter);
  if (header.shards != 1) {
    out += Row("shard", StrCat(header.shard, "/", header.shards));
  }
  out += Row("seed", StrCat(header.seed));
  out += Row("date", result.date);
  return out + "</table>\n";
}

const char* StyleOf(Outcome outcome) {
  if (outcome == Outcome::PASS) return "good";
  return Certifies(outcome) ? "skip" : "bad";
}

std::string Counts(const Verdict& verdict) {
  std::vector<PlotPart> parts;
  std::string rows;
  for (const auto& [outcome, count] : verdict.counts) {
    parts.push_back({OutcomeName(outcome), count, StyleOf(outcome)});
    rows += StrCat("<tr><th class=\"", StyleOf(outcome), "\">",
                   OutcomeName(outcome), "</th><td class=\"n\">", count,
                   "</td></tr>\n");
  }
  rows +=
      StrCat("<tr><th class=\"waived\">of these waived</th><td class=\"n\">",
             verdict.waived, "</td></tr>\n");
  return StrCat("<h2>Outcomes</h2>\n", PlotBar(parts), "<table>\n", rows,
                "</table>\n");
}

std::string Problems(const Verdict& verdict) {
  if (verdict.problems.empty()) return "";
  std::string out = "<h2>Problems</h2>\n<ul>\n";
  for (const std::string& problem : verdict.problems) {
    out += StrCat("<li>", MarkupText(problem), "</li>\n");
  }
  return out + "</ul>\n";
}

}  // namespace

std::string HtmlReport(const CertifyResult& result,
                       const CaseArchive* archive) {
  const char* style = result.verdict.passed() ? "good" : "bad";
  const std::string& plugin = result.results.header.plugin;
  const std::string name = MarkupText(plugin.substr(plugin.rfind('/') + 1));
  return StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
      "charset=\"utf-8\"/>\n",
      "<meta name=\"viewport\" content=\"width=device-width\"/>\n",
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>", name,
      ": ", result.verdict.text(), "</title>\n<style>", kStyle,
      "</style>\n</head>\n<body>\n<h1>", name, ": <span class=\"", style, "\">",
      result.verdict.text(), "</span></h1>\n", Facts(result),
      Counts(result.verdict), Problems(result.verdict), FailuresSection(result),
      GroupsSection(result.results), MatrixSection(result.results, archive),
      MarginsSection(result.results), TimesSection(result.results),
      RequirementsSection(result.results), RefusalsSection(result.results),
      "</body>\n</html>\n");
}

}  // namespace onnxifi::conformance
