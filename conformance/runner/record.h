#ifndef ONNXIFI_CONFORMANCE_RUNNER_RECORD_H_
#define ONNXIFI_CONFORMANCE_RUNNER_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "conformance/harness/outcome.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// What is known of one test: one line of the results.
struct Record {
  std::string test;
  Outcome outcome = Outcome::NOT_RUN;
  std::string profile;
  std::vector<std::string> requirements;
  std::string reason;
  std::vector<Failure> failures;
  std::vector<Figure> figures;
  uint64_t checks = 0;
  double seconds = 0;
  // What the worker wrote to standard error, its end; of a crash or a hang.
  std::string log;
};

// The first line of the results: what was run.
struct RunHeader {
  std::string suite;         // version of the suite
  std::string suite_sha256;  // of the program
  std::string plugin;        // path
  std::string plugin_sha256;
  std::string archive_sha256;  // of the cases; empty: none
  std::string profile_sha256;  // of the vendor profile; empty: none
  uint64_t backend = 0;
  uint64_t seed = 0;
  std::string tier;    // "quick" or "full"
  std::string filter;  // empty: all
  uint64_t shard = 0;  // of `shards`
  uint64_t shards = 1;
  uint64_t tests = 0;       // how many are to be run
  std::string list_sha256;  // of their names, one a line
};

// One line of JSON without line end, and back. Reading checks every member:
// INVALID_PROTOBUF for a line that was not written by this version.
std::string ToLine(const Record& record);
std::string ToLine(const RunHeader& header);
Result<Record> ParseRecord(std::string_view line);
Result<RunHeader> ParseHeader(std::string_view line);

// A whole results file. A last line that is not complete is left out: the
// machine may have stopped while it was written.
struct Results {
  RunHeader header;
  std::vector<Record> records;
};
Result<Results> ReadResults(const std::string& path);
// The same from the bytes.
Result<Results> ParseResults(std::string_view text);
// The file's text.
std::string ToText(const Results& results);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_RECORD_H_
