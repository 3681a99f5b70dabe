#include "conformance/runner/suite.h"

#include <algorithm>
#include <cstring>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "conformance/cases/case_archive.h"
#include "conformance/cases/case_tests.h"

namespace onnxifi::conformance {
namespace {

// No test has a ':' in its name, so no filter of use looks like this.
constexpr char kProfileWord[] = "profile:";

// Whether a name matches one of some patterns with commas between.
bool MatchesAny(const std::string& patterns, const std::string& name) {
  for (size_t begin = 0; begin <= patterns.size();) {
    const size_t end = std::min(patterns.find(',', begin), patterns.size());
    if (MatchesPattern(patterns.substr(begin, end - begin), name)) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

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
    if (!selection.filter.empty() && !MatchesAny(selection.filter, test.name)) {
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

std::vector<std::string> NamesOf(const std::vector<TestInfo>& tests) {
  std::vector<std::string> names;
  names.reserve(tests.size());
  for (const TestInfo& test : tests) names.push_back(test.name);
  return names;
}

std::string HashOfNames(const std::vector<std::string>& names) {
  client::Sha256 hash;
  for (const std::string& name : names) hash.Add(name + "\n");
  return hash.Finish();
}

std::string FilterText(const Selection& selection) {
  std::string text = selection.filter;
  for (const std::string& profile : selection.profiles) {
    text += StrCat(text.empty() ? "" : " ", kProfileWord, profile);
  }
  return text;
}

void ParseFilter(const std::string& text, Selection* selection) {
  selection->filter.clear();
  selection->profiles.clear();
  std::string rest = text;
  while (!rest.empty()) {
    const size_t space = rest.rfind(' ');
    const size_t begin = space == std::string::npos ? 0 : space + 1;
    if (rest.compare(begin, std::strlen(kProfileWord), kProfileWord) != 0) {
      break;
    }
    selection->profiles.insert(selection->profiles.begin(),
                               rest.substr(begin + std::strlen(kProfileWord)));
    rest.resize(space == std::string::npos ? 0 : space);
  }
  selection->filter = rest;
}

}  // namespace onnxifi::conformance
