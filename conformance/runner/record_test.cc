#include "conformance/runner/record.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Record Sample() {
  Record record;
  record.test = "node/test_abs";
  record.outcome = Outcome::FAIL;
  record.profile = "core";
  record.requirements = {"R-001", "R-002"};
  record.reason = "a.cc:1: \"wrong\"\n\t\\";
  record.failures = {{"a.cc:1", "wrong"}, {"", ""}};
  record.figures = {{"error", 1.0 / 3, 1e-7}, {"time", 5, 0}};
  record.checks = 18446744073709551615u;
  record.seconds = 0.1;
  record.log = "two\nlines\n";
  return record;
}

RunHeader SampleHeader() {
  RunHeader header;
  header.suite = "0.1.0";
  header.suite_sha256 = "aa";
  header.plugin = "/a/libonnxifi-x.so";
  header.plugin_sha256 = "bb";
  header.archive_sha256 = "cc";
  header.profile_sha256 = "dd";
  header.backend = 1;
  header.seed = 18446744073709551615u;
  header.tier = "full";
  header.filter = "node/*";
  header.shard = 2;
  header.shards = 3;
  header.tests = 4;
  header.list_sha256 = "ee";
  return header;
}

// A sample line with one text in it replaced.
std::string Changed(std::string line, const std::string& from,
                    const std::string& to) {
  const size_t found = line.find(from);
  EXPECT_NE(found, std::string::npos) << from;
  return line.replace(found, from.size(), to);
}

TEST(RecordTest, IsReadBack) {
  const std::string line = ToLine(Sample());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Result<Record> record = ParseRecord(line);
  ASSERT_TRUE(record.ok()) << record.status().message();
  EXPECT_EQ(record->test, "node/test_abs");
  EXPECT_EQ(record->outcome, Outcome::FAIL);
  EXPECT_EQ(record->requirements, Sample().requirements);
  EXPECT_EQ(record->reason, Sample().reason);
  EXPECT_EQ(record->failures.size(), 2u);
  EXPECT_EQ(record->figures[0].value, 1.0 / 3);
  EXPECT_EQ(record->checks, Sample().checks);
  EXPECT_EQ(record->log, Sample().log);
  EXPECT_EQ(ToLine(*record), line);
}

TEST(RecordTest, HeaderIsReadBack) {
  const std::string line = ToLine(SampleHeader());
  const Result<RunHeader> header = ParseHeader(line);
  ASSERT_TRUE(header.ok()) << header.status().message();
  EXPECT_EQ(header->seed, SampleHeader().seed);
  EXPECT_EQ(header->plugin, SampleHeader().plugin);
  EXPECT_EQ(ToLine(*header), line);
}

// Plugins compute NaN; a limit may follow from one.
TEST(RecordTest, NumbersThatAreNoneStayNone) {
  Record record = Sample();
  record.figures = {{"a", kNan, kNan},
                    {"b", std::numeric_limits<double>::infinity(), 1}};
  const std::string line = ToLine(record);
  const Result<Record> read = ParseRecord(line);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_TRUE(std::isnan(read->figures[0].value));
  EXPECT_TRUE(std::isnan(read->figures[0].limit));
  EXPECT_TRUE(std::isnan(read->figures[1].value));
  EXPECT_EQ(ToLine(*read), line);
}

// Texts come from plugins: any bytes.
TEST(RecordTest, AnyBytesMakeALine) {
  Record record = Sample();
  record.reason.clear();
  for (int c = 0; c < 256; ++c) record.reason += static_cast<char>(c);
  record.log = "\xed\xa0\x80 \xf4\x90\x80\x80 \xc0\x80";
  const std::string line = ToLine(record);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Result<Record> read = ParseRecord(line);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(ToLine(*read), line);
}

TEST(RecordTest, EveryMemberIsNeededAndOfItsType) {
  const std::string line = ToLine(Sample());
  for (const char* key : {"test", "outcome", "profile", "requirements",
                          "reason", "failures", "figures", "checks", "seconds",
                          "log", "where", "text", "name", "value", "limit"}) {
    const std::string quoted = StrCat("\"", key, "\":");
    EXPECT_FALSE(ParseRecord(Changed(line, quoted, "\"x\":")).ok()) << key;
    for (const char* wrong : {"true,\"x\":", "{},\"x\":"}) {
      EXPECT_FALSE(ParseRecord(Changed(line, quoted, quoted + wrong)).ok())
          << key;
    }
  }
  const std::string header = ToLine(SampleHeader());
  for (const char* key :
       {"suite", "suite_sha256", "plugin", "plugin_sha256", "archive_sha256",
        "profile_sha256", "backend", "seed", "tier", "filter", "shard",
        "shards", "tests", "list_sha256"}) {
    const std::string quoted = StrCat("\"", key, "\":");
    EXPECT_FALSE(ParseHeader(Changed(header, quoted, "\"x\":")).ok()) << key;
    EXPECT_FALSE(
        ParseHeader(Changed(header, quoted, quoted + "true,\"x\":")).ok())
        << key;
  }
}

// A plugin can write to the worker's pipe, and somebody to the file.
TEST(RecordTest, HostileLinesAreRefused) {
  const std::string line = ToLine(Sample());
  for (const std::string& bad :
       {std::string(),
        std::string("null"),
        std::string("[]"),
        std::string("{}"),
        std::string(1, '\0'),
        line + "x",
        line + line,
        line.substr(0, line.size() - 1),
        std::string(100000, '['),
        Changed(line, "\"FAIL\"", "\"XPASS\""),
        Changed(line, "\"FAIL\"", "\"\""),
        Changed(line, "18446744073709551615", "18446744073709551616"),
        Changed(line, "18446744073709551615", "-1"),
        Changed(line, "18446744073709551615", "1.0"),
        Changed(line, "0.1", "1e999"),
        Changed(line, "0.1", "null"),
        Changed(line, "\"R-001\"", "7"),
        Changed(line, "node", "\xff"),
        Changed(line, "[{\"where\"", "[[{\"where\""),
        Changed(line, "{\"where\":\"a.cc:1\",\"text\":\"wrong\"}", "7")}) {
    EXPECT_FALSE(ParseRecord(bad).ok()) << bad.substr(0, 300);
  }
  for (size_t i = 0; i < line.size(); ++i) {
    EXPECT_FALSE(ParseRecord(line.substr(0, i)).ok()) << i;
  }
}

TEST(RecordTest, ResultsEndWithTheirLastWholeLine) {
  Results results;
  results.header = SampleHeader();
  results.records = {Sample(), Sample()};
  const std::string text = ToText(results);
  EXPECT_EQ(ParseResults(text)->records.size(), 2u);
  EXPECT_EQ(ParseResults(text + "{\"test\":")->records.size(), 2u);
  EXPECT_EQ(ParseResults(text.substr(0, text.size() - 1))->records.size(), 1u);
  EXPECT_FALSE(ParseResults("").ok());
  EXPECT_FALSE(ParseResults("{}\n").ok());
  EXPECT_FALSE(ParseResults(text + "{}\n").ok());
  EXPECT_FALSE(ParseResults(text + "\n").ok());
}

}  // namespace
}  // namespace onnxifi::conformance
