#include "conformance/report/html_sections.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/report/markup.h"
#include "conformance/report/operator_matrix.h"
#include "conformance/report/svg_plot.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kShown = 50;

// Passed, refused and gone wrong of several tests.
void Count(const Record& record, MatrixCell* cell) {
  if (record.outcome == Outcome::PASS) {
    ++cell->passed;
  } else if (Certifies(record.outcome)) {
    ++cell->refused;
  } else {
    ++cell->wrong;
  }
}

std::string CountCells(const MatrixCell& cell) {
  return StrCat("<td class=\"n good\">", cell.passed, "</td><td class=\"n ",
                cell.wrong > 0 ? "bad" : "skip", "\">", cell.wrong,
                "</td><td class=\"n skip\">", cell.refused, "</td>");
}

constexpr char kCountHeads[] =
    "<th>passed</th><th>went wrong</th><th>refused or left out</th>";

std::string FailureEntry(const CertifyResult& result, const Record& record) {
  const Waiver* waiver = WaiverOf(record, result.profile);
  std::string out = StrCat("<details><summary><span class=\"",
                           waiver != nullptr ? "waived" : "bad", "\">",
                           OutcomeName(record.outcome), "</span> <code>",
                           MarkupText(record.test), "</code> ",
                           MarkupText(record.reason), "</summary>\n");
  if (waiver != nullptr) {
    out += StrCat("<p>Waived until ", MarkupText(waiver->expires), " by ",
                  MarkupText(waiver->owner), ": ", MarkupText(waiver->reason),
                  "</p>\n");
  }
  std::string requirements;
  for (const std::string& id : record.requirements) requirements += " " + id;
  if (!requirements.empty()) {
    out += StrCat("<p>Tests", MarkupText(requirements), ".</p>\n");
  }
  out += "<ul>\n";
  for (const Failure& failure : record.failures) {
    out += StrCat("<li><code>", MarkupText(failure.where), "</code> ",
                  MarkupText(failure.text), "</li>\n");
  }
  out += "</ul>\n";
  if (!record.log.empty()) {
    out += StrCat("<pre>", MarkupLines(record.log), "</pre>\n");
  }
  return StrCat(out, "<p>Again: <code>",
                MarkupText(RerunCommand(result.results.header, record.test)),
                "</code></p></details>\n");
}

struct Margin {
  const Record* record;
  const Figure* figure;
  double share;  // of what is allowed; NaN: no number
};

// What is closest to its limit, or above it, comes first.
bool Closer(const Margin& a, const Margin& b) {
  const bool a_none = std::isnan(a.share);
  const bool b_none = std::isnan(b.share);
  if (a_none || b_none) return a_none && !b_none;
  return a.share > b.share;
}

std::vector<Margin> MarginsOf(const Results& results) {
  std::vector<Margin> margins;
  for (const Record& record : results.records) {
    for (const Figure& figure : record.figures) {
      if (figure.limit == 0) continue;
      margins.push_back({&record, &figure, figure.value / figure.limit});
    }
  }
  std::stable_sort(margins.begin(), margins.end(), &Closer);
  return margins;
}

}  // namespace

std::string FailuresSection(const CertifyResult& result) {
  std::string wrong;
  std::string waived;
  for (const Record& record : result.results.records) {
    if (Certifies(record.outcome)) continue;
    const bool covered = WaiverOf(record, result.profile) != nullptr;
    (covered ? waived : wrong) += FailureEntry(result, record);
  }
  std::string out;
  if (!wrong.empty()) out += StrCat("<h2>What went wrong</h2>\n", wrong);
  if (!waived.empty()) out += StrCat("<h2>Waived</h2>\n", waived);
  return out;
}

std::string GroupsSection(const Results& results) {
  std::map<std::string, MatrixCell> groups;
  for (const Record& record : results.records) {
    Count(record, &groups[GroupOf(record.test)]);
  }
  std::string out = StrCat("<h2>Groups</h2>\n<table>\n<tr><th>group</th>",
                           kCountHeads, "</tr>\n");
  for (const auto& [group, cell] : groups) {
    out += StrCat("<tr><td>", MarkupText(group), "</td>", CountCells(cell),
                  "</tr>\n");
  }
  return out + "</table>\n";
}

std::string MatrixSection(const Results& results, const CaseArchive* archive) {
  const OperatorMatrix matrix = MakeMatrix(results, archive);
  if (matrix.rows.empty()) return "";
  std::string out =
      "<h2>Operators and element types</h2>\n<p>Tests that passed of all; by "
      "the type of the first input.</p>\n<div class=\"wide\"><table>\n<tr>"
      "<th>operator</th>";
  for (const std::string& type : matrix.types) {
    out += StrCat("<th>", MarkupText(type), "</th>");
  }
  out += "</tr>\n";
  for (const auto& [op, cells] : matrix.rows) {
    out += StrCat("<tr><td>", MarkupText(op), "</td>");
    for (const std::string& type : matrix.types) {
      const auto found = cells.find(type);
      if (found == cells.end()) {
        out += "<td></td>";
        continue;
      }
      const MatrixCell& cell = found->second;
      out += StrCat("<td class=\"n ",
                    cell.wrong > 0    ? "bad"
                    : cell.passed > 0 ? "good"
                                      : "skip",
                    "\">", cell.passed, "/",
                    cell.passed + cell.wrong + cell.refused, "</td>");
    }
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string MarginsSection(const Results& results) {
  const std::vector<Margin> margins = MarginsOf(results);
  if (margins.empty()) return "";
  std::vector<double> shares;
  for (const Margin& margin : margins) shares.push_back(margin.share);
  std::string out =
      StrCat("<h2>Error margins</h2>\n<p>", margins.size(),
             " figures, each as a share of what is allowed.</p>\n",
             PlotColumns(Decades(shares, -6, 0, "plain"),
                         "figures by their share of the limit"),
             "<table>\n<tr><th>test</th><th>figure</th><th>observed</th>"
             "<th>allowed</th><th>share</th></tr>\n");
  for (size_t i = 0; i < margins.size() && i < kShown; ++i) {
    const Figure& figure = *margins[i].figure;
    out += StrCat("<tr><td>", MarkupText(margins[i].record->test), "</td><td>",
                  MarkupText(figure.name), "</td><td class=\"n\">",
                  client::NumberText(figure.value), "</td><td class=\"n\">",
                  client::NumberText(figure.limit), "</td><td class=\"n\">",
                  client::NumberText(margins[i].share, 3), "</td></tr>\n");
  }
  return out + "</table>\n";
}

std::string TimesSection(const Results& results) {
  std::vector<const Record*> order;
  std::vector<double> seconds;
  double all = 0;
  for (const Record& record : results.records) {
    order.push_back(&record);
    seconds.push_back(record.seconds);
    all += record.seconds;
  }
  std::stable_sort(
      order.begin(), order.end(),
      [](const Record* a, const Record* b) { return a->seconds > b->seconds; });
  std::string out = StrCat(
      "<h2>Times</h2>\n<p>", client::FixedText(all, 1),
      " s in all tests, one after the other.</p>\n",
      PlotColumns(Decades(seconds, -5, 2, "plain"), "tests by their seconds"),
      "<table>\n<tr><th>test</th><th>seconds</th></tr>\n");
  for (size_t i = 0; i < order.size() && i < kShown / 2; ++i) {
    out +=
        StrCat("<tr><td>", MarkupText(order[i]->test), "</td><td class=\"n\">",
               client::FixedText(order[i]->seconds, 4), "</td></tr>\n");
  }
  return out + "</table>\n";
}

std::string RequirementsSection(const Results& results) {
  std::map<std::string, MatrixCell> requirements;
  for (const Record& record : results.records) {
    for (const std::string& id : record.requirements) {
      Count(record, &requirements[id]);
    }
  }
  if (requirements.empty()) return "";
  std::string out = StrCat(
      "<h2>Requirements</h2>\n<p>", requirements.size(),
      " requirements of the interface have a test in this run; the numbers are "
      "those of onnxifi.h.</p>\n<details><summary>Show them</summary><table>\n"
      "<tr><th>requirement</th>",
      kCountHeads, "</tr>\n");
  for (const auto& [id, cell] : requirements) {
    out += StrCat("<tr><td>", MarkupText(id), "</td>", CountCells(cell),
                  "</tr>\n");
  }
  return out + "</table></details>\n";
}

std::string RefusalsSection(const Results& results) {
  std::map<std::string, std::vector<const Record*>> reasons;
  for (const Record& record : results.records) {
    if (record.outcome == Outcome::PASS || !Certifies(record.outcome)) continue;
    reasons[StrCat(OutcomeName(record.outcome), ": ", record.reason)].push_back(
        &record);
  }
  if (reasons.empty()) return "";
  std::string out = "<h2>Refused or left out</h2>\n";
  for (const auto& [reason, records] : reasons) {
    out += StrCat("<details><summary>", records.size(), " × ",
                  MarkupText(reason), "</summary><p>");
    for (const Record* record : records) {
      out += StrCat("<code>", MarkupText(record->test), "</code> ");
    }
    out += "</p></details>\n";
  }
  return out;
}

}  // namespace onnxifi::conformance
