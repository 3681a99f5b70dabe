#include "conformance/report/markup.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "conformance/report/bundle_fixture.h"
#include "conformance/report/html.h"
#include "conformance/report/junit.h"
#include "conformance/report/operator_matrix.h"
#include "conformance/report/svg_plot.h"

namespace onnxifi::conformance {
namespace {

size_t CountOf(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t i = 0; (i = text.find(what, i)) != std::string::npos; ++i) {
    ++count;
  }
  return count;
}

// Everything that a plugin may put into a text.
std::string Hostile() {
  std::string text =
      "<script>alert(1)</script> ]]> &amp; \" ' --> \xEF\xBF\xBF";
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  return text;
}

CertifyResult HostileRun() {
  CertifyResult run = SmallRun(SmallSuite());
  run.results.header.plugin = "/a/'" + Hostile();
  for (const Outcome outcome :
       {Outcome::CRASH, Outcome::HANG, Outcome::LEAK, Outcome::FAIL,
        Outcome::OUT_OF_MEMORY, Outcome::UNSUPPORTED, Outcome::NOT_RUN}) {
    Record record;
    record.test = StrCat("x", Hostile(), "/", OutcomeName(outcome), Hostile());
    record.outcome = outcome;
    record.reason = Hostile();
    record.log = Hostile();
    record.failures = {{Hostile(), Hostile()}};
    record.figures = {{Hostile(), std::numeric_limits<double>::quiet_NaN(), 1}};
    record.requirements = {Hostile()};
    run.results.records.push_back(record);
  }
  run.verdict = Judge(run.results, run.profile, run.date);
  return run;
}

// No byte that is no character, and no markup but our own.
void ExpectClean(const std::string& document) {
  for (const char c : document) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  }
  EXPECT_EQ(document.find("<script"), std::string::npos);
  EXPECT_EQ(document.find("]]>"), std::string::npos);
  EXPECT_EQ(document.find("\xEF\xBF\xBF"), std::string::npos);
  EXPECT_EQ(document.find('\xFF'), std::string::npos);
}

TEST(MarkupTest, NothingIsMarkup) {
  EXPECT_EQ(MarkupText("<a b=\"c\" d='e'>&amp;"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
  EXPECT_EQ(MarkupText("a\nb\x01\xff"), "a\\x0ab\\x01\\xff");
  EXPECT_EQ(MarkupLines("a\nb<\n"), "a\nb&lt;\n");
  EXPECT_EQ(MarkupText("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD"),
            "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xEF\xBF\xBD");
  EXPECT_EQ(MarkupText("grün ×"), "grün ×");
  ExpectClean(MarkupLines(Hostile()));
}

TEST(MarkupTest, CommandsAreQuoted) {
  RunHeader header;
  header.plugin = "/a b/it's.so";
  header.seed = 7;
  EXPECT_EQ(RerunCommand(header, "node/test_abs"),
            "onnxifi certify '/a b/it'\\''s.so' --seed 7 --filter "
            "'node/test_abs'");
  header.backend = 2;
  EXPECT_NE(RerunCommand(header, "a").find(" --backend 2 "), std::string::npos);
}

TEST(JunitTest, OutcomesAreWhatCiSystemsKnow) {
  const CertifyResult run = SmallRun(SmallSuite());
  const std::string text = JunitReport(run);
  // One test of the verdict beside the ten.
  EXPECT_NE(text.find("<testsuites name=\"onnxifi certify\" tests=\"11\" "
                      "failures=\"0\" errors=\"0\" skipped=\"2\""),
            std::string::npos);
  EXPECT_NE(text.find("<skipped message=\"waived until 2026-12-31 (bug 17): "
                      "FAIL: x.cc:1: wrong\"/>"),
            std::string::npos);
  EXPECT_NE(text.find("EXCLUDED: its profile is not claimed"),
            std::string::npos);
  EXPECT_NE(text.find("classname=\"edge/relu\" name=\"float32\""),
            std::string::npos);
}

TEST(JunitTest, AnyBytesAreText) {
  const std::string text = JunitReport(HostileRun());
  ExpectClean(text);
  EXPECT_EQ(CountOf(text, "<error "), 4u);
  // FAIL, LEAK and the verdict.
  EXPECT_EQ(CountOf(text, "<failure "), 3u);
  EXPECT_EQ(CountOf(text, "<testcase "), 18u);
  EXPECT_EQ(CountOf(text, "<testsuite "), CountOf(text, "</testsuite>"));
}

TEST(HtmlTest, OnePageThatNeedsNothingElse) {
  const std::string text = HtmlReport(SmallRun(SmallSuite()), nullptr);
  for (const char* part :
       {"CERTIFIED", "prefers-color-scheme:dark", "<svg ", "Error margins",
        "Operators and element types", "relu", "float32", "Waived", "bug 17",
        "Requirements", "R-api/a0", "Times", "--filter"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  for (const char* part :
       {"<script", "http:", "https:", "src=", "<link", "@import", "url("}) {
    EXPECT_EQ(text.find(part), std::string::npos) << part;
  }
}

TEST(HtmlTest, AnyBytesAreText) {
  const std::string text = HtmlReport(HostileRun(), nullptr);
  ExpectClean(text);
  EXPECT_EQ(CountOf(text, "<details>"), CountOf(text, "</details>"));
  EXPECT_EQ(CountOf(text, "<svg "), CountOf(text, "</svg>"));
  EXPECT_NE(text.find("NOT CERTIFIED"), std::string::npos);
}

TEST(HtmlTest, NothingIsAPageToo) {
  const std::string text = HtmlReport({}, nullptr);
  EXPECT_NE(text.find("</html>"), std::string::npos);
}

TEST(OperatorMatrixTest, EdgesTellByName) {
  Results results;
  for (const char* name :
       {"edge/relu_float16", "edge/relu_float16_special", "edge/relu_empty",
        "edge/conv_transpose_float32", "edge/conv_transpose_int8_float32",
        "edge/conv_float32", "edge/alone", "edge/float32", "node/other_float32",
        "api/a"}) {
    Record record;
    record.test = name;
    record.outcome = Outcome::PASS;
    results.records.push_back(record);
  }
  results.records[1].outcome = Outcome::CRASH;
  const OperatorMatrix matrix = MakeMatrix(results, nullptr);
  ASSERT_EQ(matrix.rows.size(), 3u);
  const auto& relu = matrix.rows.at("relu");
  EXPECT_EQ(relu.at("float16").passed, 1u);
  EXPECT_EQ(relu.at("float16").wrong, 1u);
  EXPECT_EQ(relu.at("not told").passed, 1u);
  const auto& transposed = matrix.rows.at("conv_transpose");
  EXPECT_EQ(transposed.at("float32").passed, 1u);
  EXPECT_EQ(transposed.at("int8").passed, 1u);
  EXPECT_EQ(matrix.rows.at("conv").size(), 1u);
}

TEST(SvgPlotTest, DecadesHoldEveryValue) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  const std::vector<PlotPart> parts =
      Decades({0, -1, 0.1, 0.5, 1, 2, infinite, none}, -1, 0, "plain");
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].count, 3u);
  EXPECT_EQ(parts[1].count, 2u);
  EXPECT_EQ(parts[2].count, 2u);
  EXPECT_EQ(parts[3].count, 1u);
  EXPECT_EQ(Decades({1}, 0, 0, "plain").size(), 2u);
}

}  // namespace
}  // namespace onnxifi::conformance
