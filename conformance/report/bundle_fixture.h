#ifndef ONNXIFI_CONFORMANCE_REPORT_BUNDLE_FIXTURE_H_
#define ONNXIFI_CONFORMANCE_REPORT_BUNDLE_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "conformance/report/bundle.h"
#include "conformance/report/bundle_tar.h"
#include "conformance/report/verify.h"

namespace onnxifi::conformance {

// A small suite, a run of it with a waived and an excluded test, and what
// somebody makes of its bundle. For the tests of this folder.
inline constexpr char kRunDate[] = "2026-06-01";
inline constexpr char kVerifyDate[] = "2026-06-02";
inline constexpr char kVendorProfile[] =
    R"({"name": "somebody", "profiles": ["core"], "waivers": [
      {"tests": "api/a3", "outcome": "FAIL", "count": 1, "reason": "bug 17",
       "owner": "someone", "expires": "2026-12-31"}]})";

inline SuiteFacts SmallSuite() {
  SuiteFacts suite;
  suite.version = "0.1.0";
  suite.program_sha256 = std::string(64, 'a');
  suite.archive_sha256 = std::string(64, 'b');
  for (const char* name :
       {"api/a0", "api/a1", "api/a2", "api/a3", "api/a4", "api/a5",
        "edge/relu/float32", "node/n0", "node/n1", "node/n2"}) {
    TestInfo test;
    test.name = name;
    test.requirements = {StrCat("R-", name)};
    test.quick = test.name != "api/a4";
    test.profile = test.name == "api/a5" ? Profile::kAsync : Profile::kCore;
    suite.tests.push_back(test);
  }
  return suite;
}

// A result of every test that a header chooses.
inline CertifyResult SmallRun(const SuiteFacts& suite, RunHeader header = {}) {
  CertifyResult run;
  run.profile_text = kVendorProfile;
  run.profile = *ParseVendorProfile(run.profile_text);
  run.date = kRunDate;
  header.suite = suite.version;
  header.suite_sha256 = suite.program_sha256;
  header.plugin = "/somewhere/libonnxifi-x.so";
  header.plugin_sha256 = std::string(64, 'c');
  header.archive_sha256 = suite.archive_sha256;
  header.profile_sha256 = client::Sha256Of(run.profile_text);
  header.seed = 7;
  if (header.tier.empty()) header.tier = "full";
  const std::vector<TestInfo> tests = TestsOf(header, suite);
  header.tests = tests.size();
  header.list_sha256 = HashOfNames(NamesOf(tests));
  run.results.header = header;
  for (const TestInfo& test : tests) {
    Record record;
    record.test = test.name;
    record.profile = ProfileName(test.profile);
    record.requirements = test.requirements;
    record.outcome = Outcome::PASS;
    record.checks = 3;
    record.seconds = 0.25;
    record.figures = {{"error", 1e-6, 1e-4}};
    if (test.name == "api/a3") {
      record.outcome = Outcome::FAIL;
      record.reason = "x.cc:1: wrong";
      record.failures = {{"x.cc:1", "wrong"}};
    } else if (test.profile != Profile::kCore) {
      record.outcome = Outcome::EXCLUDED;
      record.reason = "its profile is not claimed";
      record.checks = 0;
    }
    run.results.records.push_back(record);
  }
  run.verdict = Judge(run.results, run.profile, run.date);
  return run;
}

inline std::string ListOf(const CertifyResult& run, const SuiteFacts& suite) {
  std::string names;
  for (const TestInfo& test : TestsOf(run.results.header, suite)) {
    names += test.name + "\n";
  }
  return names;
}

// A bundle with every hash right, whatever the run says: what somebody makes
// who knows the format. The verdict is believed.
inline std::vector<TarMember> Remade(const CertifyResult& run,
                                     const std::string& list,
                                     const std::string& results) {
  std::vector<TarMember> members = {{kResultsName, results},
                                    {kProfileName, run.profile_text},
                                    {kTestsName, list}};
  members.insert(members.begin(),
                 {kManifestName, ToText(MakeCertificate(run, members))});
  return members;
}

inline std::vector<TarMember> Remade(const CertifyResult& run,
                                     const std::string& list) {
  return Remade(run, list, ToText(run.results));
}

// Replaces the first `from`, which must be there.
inline void Replace(std::string* text, const std::string& from,
                    const std::string& to) {
  const size_t found = text->find(from);
  ASSERT_NE(found, std::string::npos) << from;
  text->replace(found, from.size(), to);
}

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_BUNDLE_FIXTURE_H_
