#ifndef ONNXIFI_CONFORMANCE_RUNNER_SUITE_H_
#define ONNXIFI_CONFORMANCE_RUNNER_SUITE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/harness/test.h"

namespace onnxifi::conformance {

class CaseArchive;

// Which tests are run.
struct Selection {
  std::string filter;                 // patterns, commas between; empty: all
  std::vector<std::string> profiles;  // empty: all
  bool quick = false;                 // the quick tier alone
  uint64_t shard = 0;                 // of `shards`, by a hash of the name
  uint64_t shards = 1;
};

// Every test there is, ordered by name; those of cases need the archive, which
// must outlive the list and may be NULL.
std::vector<TestInfo> AllTests(const CaseArchive* archive);
// Those of `tests` that are chosen, in the same order.
std::vector<TestInfo> Select(std::vector<TestInfo> tests,
                             const Selection& selection);
std::vector<std::string> NamesOf(const std::vector<TestInfo>& tests);
// SHA-256 of the names, one a line, in their order.
std::string HashOfNames(const std::vector<std::string>& names);
// Filter and profiles of a selection as one text, and back: what results say of
// how their tests were chosen.
std::string FilterText(const Selection& selection);
void ParseFilter(const std::string& text, Selection* selection);
// The part of a name in front of the last '/': tests that share a process.
std::string GroupOf(const std::string& test);
// The same number for a name on every machine.
uint64_t NameHash(const std::string& name);

// The parts of the suite, one function for each file of tests.
#define ONNXIFI_TEST_FILE(name) void Add##name##Tests(TestList* list);
#include "conformance/runner/test_files.inc"

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_SUITE_H_
