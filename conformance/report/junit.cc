#include "conformance/report/junit.h"

#include <map>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/report/markup.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// What the attributes of a suite sum up.
struct Totals {
  size_t tests = 0;
  size_t failures = 0;
  size_t errors = 0;
  size_t skipped = 0;
  double seconds = 0;

  void Add(const Totals& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    seconds += other.seconds;
  }
  std::string Attributes() const {
    return StrCat(" tests=\"", tests, "\" failures=\"", failures,
                  "\" errors=\"", errors, "\" skipped=\"", skipped,
                  "\" time=\"", client::FixedText(seconds, 6), "\"");
  }
};

struct Suite {
  Totals totals;
  std::string cases;
};

std::string Element(const char* tag, const char* type,
                    const std::string& message, const std::string& text) {
  return StrCat("<", tag, " type=\"", type, "\" message=\"",
                MarkupText(message), "\">", MarkupLines(text), "</", tag, ">");
}

// Everything that is known of a test that went wrong.
std::string Details(const RunHeader& header, const Record& record) {
  std::string text = StrCat(record.reason, "\n");
  for (const Failure& failure : record.failures) {
    text += StrCat(failure.where, ": ", failure.text, "\n");
  }
  if (!record.log.empty()) text += StrCat("log:\n", record.log);
  return StrCat(text, "again: ", RerunCommand(header, record.test), "\n");
}

std::string Outcomes(const CertifyResult& result, const Record& record,
                     Totals* totals) {
  const char* name = OutcomeName(record.outcome);
  if (record.outcome == Outcome::PASS) return "";
  if (Certifies(record.outcome)) {
    ++totals->skipped;
    return StrCat("<skipped message=\"", name, ": ", MarkupText(record.reason),
                  "\"/>");
  }
  if (const Waiver* waiver = WaiverOf(record, result.profile)) {
    ++totals->skipped;
    return StrCat("<skipped message=\"waived until ",
                  MarkupText(waiver->expires), " (", MarkupText(waiver->reason),
                  "): ", name, ": ", MarkupText(record.reason), "\"/>");
  }
  const std::string details = Details(result.results.header, record);
  if (record.outcome == Outcome::FAIL || record.outcome == Outcome::LEAK) {
    ++totals->failures;
    return Element("failure", name, record.reason, details);
  }
  ++totals->errors;
  return Element("error", name, record.reason, details);
}

void AddCase(const CertifyResult& result, const Record& record, Suite* suite) {
  suite->totals.tests += 1;
  suite->totals.seconds += record.seconds;
  const std::string group = GroupOf(record.test);
  const std::string name =
      group.empty() ? record.test : record.test.substr(group.size() + 1);
  const std::string body = Outcomes(result, record, &suite->totals);
  suite->cases += StrCat("<testcase classname=\"", MarkupText(group),
                         "\" name=\"", MarkupText(name), "\" time=\"",
                         client::FixedText(record.seconds, 6), "\"",
                         body.empty() ? "/>" : ">", body,
                         body.empty() ? "" : "</testcase>", "\n");
}

// What no single test shows: missing results, ended waivers.
Suite VerdictSuite(const CertifyResult& result) {
  Suite suite;
  suite.totals.tests = 1;
  suite.cases = "<testcase classname=\"certify\" name=\"verdict\" time=\"0\"";
  if (result.verdict.passed()) {
    suite.cases += "/>\n";
    return suite;
  }
  suite.totals.failures = 1;
  std::string text;
  for (const std::string& problem : result.verdict.problems) {
    text += problem + "\n";
  }
  suite.cases +=
      StrCat(">", Element("failure", "verdict", result.verdict.text(), text),
             "</testcase>\n");
  return suite;
}

std::string Properties(const CertifyResult& result) {
  const RunHeader& header = result.results.header;
  std::string out = "<properties>\n";
  const auto add = [&](const char* name, const std::string& value) {
    out += StrCat("<property name=\"", name, "\" value=\"", MarkupText(value),
                  "\"/>\n");
  };
  add("verdict", result.verdict.text());
  add("date", result.date);
  add("plugin", header.plugin);
  add("plugin_sha256", header.plugin_sha256);
  add("suite", header.suite);
  add("seed", StrCat(header.seed));
  add("tier", header.tier);
  add("filter", header.filter);
  add("shard", StrCat(header.shard, "/", header.shards));
  add("waived", StrCat(result.verdict.waived));
  return out + "</properties>\n";
}

}  // namespace

std::string JunitReport(const CertifyResult& result) {
  std::map<std::string, Suite> suites;
  for (const Record& record : result.results.records) {
    AddCase(result, record, &suites[GroupOf(record.test)]);
  }
  const Suite verdict = VerdictSuite(result);
  Totals all = verdict.totals;
  for (const auto& [group, suite] : suites) all.Add(suite.totals);
  std::string out =
      StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
             "<testsuites name=\"onnxifi certify\"", all.Attributes(), ">\n");
  out += StrCat("<testsuite name=\"certify\"", verdict.totals.Attributes(),
                ">\n", Properties(result), verdict.cases, "</testsuite>\n");
  for (const auto& [group, suite] : suites) {
    out +=
        StrCat("<testsuite name=\"", MarkupText(group), "\"",
               suite.totals.Attributes(), ">\n", suite.cases, "</testsuite>\n");
  }
  return out + "</testsuites>\n";
}

}  // namespace onnxifi::conformance
