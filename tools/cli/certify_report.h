#ifndef ONNXIFI_TOOLS_CLI_CERTIFY_REPORT_H_
#define ONNXIFI_TOOLS_CLI_CERTIFY_REPORT_H_

#include <string>

#include "base/status.h"
#include "conformance/report/verify.h"
#include "conformance/runner/certify.h"

namespace onnxifi::client {

// Files that a run leaves; empty: not wanted.
struct CertifyFiles {
  std::string junit;
  std::string html;
  std::string bundle;
  std::string certificate;  // beside the plugin
};

// A bar on a terminal; failures always, unless `quiet`.
void ShowCertifyProgress(const conformance::Record& record, size_t done,
                         size_t all, bool quiet);
// How to run failures again, problems, counts and the verdict.
void PrintCertifySummary(const conformance::CertifyResult& result, bool quiet);
// Writes what is wanted and prints the certificate's number. `archive` is that
// of the run; empty: the installed one.
Status WriteCertifyFiles(const conformance::CertifyResult& result,
                         const std::string& archive, const CertifyFiles& files);
// What is known of a bundle; the last line begins with VERIFIED or NOT
// VERIFIED.
void PrintVerification(const conformance::VerifyReport& report);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_CERTIFY_REPORT_H_
