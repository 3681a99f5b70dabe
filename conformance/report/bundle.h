#ifndef ONNXIFI_CONFORMANCE_REPORT_BUNDLE_H_
#define ONNXIFI_CONFORMANCE_REPORT_BUNDLE_H_

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "conformance/report/certificate.h"
#include "conformance/runner/certify.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {

// What this program would run: results are compared with it.
struct SuiteFacts {
  std::string version;
  std::string program_sha256;
  std::string archive_sha256;   // empty: there is none
  std::vector<TestInfo> tests;  // all; only to be read
  std::shared_ptr<const CaseArchive> archive;
};

// The suite of this program with an archive of cases; empty: the installed one.
Result<SuiteFacts> ReadSuiteFacts(const std::string& archive);
// The tests that a run with this header has.
std::vector<TestInfo> TestsOf(const RunHeader& header, const SuiteFacts& suite);

// The parts of a bundle, in their order.
inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kResultsName = "results.jsonl";
inline constexpr const char* kProfileName = "vendor_profile.json";
inline constexpr const char* kTestsName = "tests.txt";

// All that is needed to judge a run again, far from the plugin.
struct Bundle {
  std::string manifest;  // the certificate
  std::string id;        // its number
  std::string tar;
};

// Refuses results of another suite or other cases.
Result<Bundle> MakeBundle(const CertifyResult& result, const SuiteFacts& suite);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_BUNDLE_H_
