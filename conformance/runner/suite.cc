#include "conformance/runner/suite.h"

#include <algorithm>

#include "conformance/cases/case_archive.h"
#include "conformance/cases/case_tests.h"

namespace onnxifi::conformance {

uint64_t NameHash(const std::string& name) {
  // FNV-1a, whose low bits are mixed once more: shards take the remainder.
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  hash ^= hash >> 32;
  return hash * 0x9e3779b97f4a7c15u >> 16;
}

std::string GroupOf(const std::string& test) {
  const size_t slash = test.rfind('/');
  return slash == std::string::npos ? "" : test.substr(0, slash);
}

std::vector<TestInfo> AllTests(const CaseArchive* archive) {
  TestList list;
#define ONNXIFI_TEST_FILE(name)      \
  list.profile = Profile::kCore;     \
  list.seconds = TestInfo().seconds; \
  list.quick = true;                 \
  Add##name##Tests(&list);
#include "conformance/runner/test_files.inc"
  if (archive != nullptr) AddCaseTests(*archive, &list);
  std::vector<TestInfo> tests = std::move(list.tests());
  std::sort(
      tests.begin(), tests.end(),
      [](const TestInfo& a, const TestInfo& b) { return a.name < b.name; });
  return tests;
}

std::vector<TestInfo> Select(std::vector<TestInfo> tests,
                             const Selection& selection) {
  const auto drop = [&](const TestInfo& test) {
    if (selection.quick && !test.quick) return true;
    if (!selection.filter.empty() &&
        !MatchesPattern(selection.filter, test.name)) {
      return true;
    }
    const auto& profiles = selection.profiles;
    if (!profiles.empty() &&
        std::find(profiles.begin(), profiles.end(),
                  ProfileName(test.profile)) == profiles.end()) {
      return true;
    }
    return NameHash(test.name) % selection.shards != selection.shard;
  };
  tests.erase(std::remove_if(tests.begin(), tests.end(), drop), tests.end());
  return tests;
}

}  // namespace onnxifi::conformance
